// Package cesql evaluates expressions of the CloudEvents Expression Language, version 1.0
// (cesql/spec.md), over events.
//
//	x, warnings, err := cesql.Compile(`type LIKE 'com.example.%' AND partition > 3`)
//	ok, err := x.Match(&event)
//
// # Compiling
//
// [Compile] checks the syntax and reports traps as warnings. An [Expression] is safe for
// concurrent use. Evaluating it allocates nothing, except in functions that make a new string and
// in functions of your own. The attribute time becomes a string where it is not compared with
// literals by =, !=, LIKE or IN. A [Compiler] has functions of your own and limits.
//
// # Evaluating
//
// [Expression.Evaluate] returns a value and the first error: evaluation stops there ("fail
// fast", section 4.1). After an error, the value is the one that the specification gives to the
// failed operator or function if that is the whole expression, and otherwise the zero value
// of the expression's type. [Expression.Match] is true only if the value is the Boolean true
// and there is no error.
//
// # Choices
//
// Where the specification is open or contradicts its own grammar files, this package follows
// the text:
//
//   - AND, OR and XOR have the same precedence, from left to right. Mixing them without
//     parentheses is a warning.
//   - NOT binds more tightly than LIKE, IN and comparisons: NOT a = 7 is (NOT a) = 7. That is a
//     warning.
//   - A sign before digits is part of the literal, except behind an operand: a-1 is a
//     subtraction.
//   - Names of attributes are in lower case; others are folded, with a warning. An attribute
//     whose name is a keyword, such as in, or a number cannot be addressed.
//   - In a string, a backslash before the quote that delimits it makes that quote a character.
//     Any other backslash is itself, and so are both of a pair, which escapes nothing: '\\' has
//     two. A doubled quote is an error.
//   - In a pattern, a backslash before % or _ makes it literal; any other backslash is itself.
//     An asterisk is itself, too: 'ab' LIKE '_b*' is false, as the rules of section 3.4.3
//     say and its example does not.
//   - An overflow is an [ErrMath], and the value is 0.
//   - IN compares from left to right, and stops at the first element that is equal: hop IN
//     (3, missing) is true for a hop of 3, and an error for another.
//   - A Timestamp is compared as the text that it is encoded as, a Binary as base64. EXISTS
//     data is false, because data is no attribute.
//   - INT, BOOL, STRING, IS_INT and IS_BOOL, which version 1.0 mentions and does not define,
//     cast as section 3.7 says, and tell whether that is possible.
//
// # Limits
//
// An expression has at most 64 KiB, 100 levels of nesting, and makes strings of at most 1 MiB.
// [Compiler] changes that. The time of compiling grows with the text. An evaluation takes each
// operator once at most, and the time of each grows with the text of its operands: with that of
// LIKE, too, unless a part of the pattern that stands between two % has a _. Then it is the
// product of the two, divided by 64.
package cesql
