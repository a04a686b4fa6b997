package main

// The broker hands out what has waited for a session in any order.
func Example() {
	main()
	// Unordered output:
	// order 17 has 2 articles
	// order 17 is paid with 1999 cents
	// restart
	// restart
	// order 17 is shipped by train
	// in the dead letter: com.example.order.paid {"Order":18,"Cents":-1}
}
