// Package cesql evaluates expressions of the CloudEvents Expression Language, version 1.0
// (cesql/spec.md), over events.
//
//	x, warnings, err := cesql.Compile(`type LIKE 'com.example.%' AND partition > 3`)
//	ok, err := x.Match(&event)
//
// # Compiling
//
// [Compile] checks the syntax, and returns warnings about expressions that may not mean
// what they seem to. A [Compiler] adds functions of your own and other limits. An
// [Expression] is safe for concurrent use.
//
// # Evaluating
//
// [Expression.Evaluate] returns a value and the first error, at which the evaluation
// stops ("fail fast", section 4.1). After an error in the outermost operator or function,
// the value is the one that the specification gives to it. After any other error it is
// the zero value of the type of the expression. [Expression.Match] is true only if the
// value is the Boolean true and there is no error.
//
// An evaluation allocates nothing, except in functions that make a new string, in
// functions of your own, and for the attribute time where it is not compared with
// literals by =, !=, LIKE or IN.
//
// # Choices
//
// Where the specification leaves a choice or contradicts its own grammar files, this
// package follows the text:
//
//   - AND, OR and XOR have the same precedence, from left to right. Mixing them without
//     parentheses is a warning.
//   - NOT binds more tightly than LIKE, IN and comparisons: NOT a = 7 is (NOT a) = 7.
//     That is a warning.
//   - A sign before digits is part of the literal, except behind an operand: a-1 is a
//     subtraction.
//   - Names of attributes are in lower case. Others are folded, with a warning. An
//     attribute whose name is a number, or a keyword such as in, cannot be addressed.
//   - In a string, a backslash before the quote that delimits it makes that quote a
//     character. Any other backslash stands for itself, also before another one: '\\' has
//     two. A doubled quote is an error.
//   - In a pattern, a backslash before % or _ makes it literal. Any other backslash
//     stands for itself. An asterisk stands for itself too: 'ab' LIKE '_b*' is false, as
//     the rules of section 3.4.3 say and its example does not.
//   - An overflow of an operator is an [ErrMath], and the value is 0.
//   - IN compares from left to right, and stops at the first element that is equal: hop
//     IN (3, missing) is true for a hop of 3, and an error for any other.
//   - A Timestamp is compared as the text that encodes it, a Binary as base64. EXISTS
//     data is false, because data is not an attribute.
//   - INT, BOOL, STRING, IS_INT and IS_BOOL, which version 1.0 mentions but does not
//     define, cast as section 3.7 says, or report whether that is possible.
//
// # Limits
//
// An expression has at most 64 KiB and 100 levels of nesting, and makes strings of at
// most 1 MiB. A [Compiler] changes these limits. The time to compile grows with the
// length of the text. An evaluation applies each operator at most once, in time that
// grows with the length of its operands. Only LIKE with a _ in a part of the pattern
// between two % takes longer: the product of the lengths of pattern and text, divided by
// 64.
package cesql
