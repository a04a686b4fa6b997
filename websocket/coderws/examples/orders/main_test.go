package main

func Example() {
	main()
	// Output:
	// order 17 has 2 articles
	// order 17 is paid with 1999 cents
	// restart
	// order 17 is shipped by train
	// in the dead letter: com.example.order.paid because order 18 is paid with -1 cents
}
