package bench

// Pair is one row of the table: two ways to do the same.
type Pair struct {
	Path    string // what is done, and with which item
	Against string // the other side
	Ours    func()
	Other   func()

	// Check compares what both sides produce. Nothing is timed before it has
	// returned nil.
	Check func() error

	Floor, Goal Limit

	// Mean names the row that has the mean of several pairs, or is "".
	Mean string
	Note string
}

// Limit is what a row must reach. A zero field is no limit.
type Limit struct {
	Ratio  float64 // time of the other side over ours, at least
	Allocs *Allocs
}

// Allocs limits how often our side allocates.
type Allocs struct {
	Max  float64
	More bool // Max is the difference to the other side
}

func times(ratio float64) Limit { return Limit{Ratio: ratio} }

func atMost(allocs float64) Limit { return Limit{Allocs: &Allocs{Max: allocs}} }

func (l Limit) allocs(n float64) Limit {
	l.Allocs = &Allocs{Max: n}
	return l
}

// Mean is a row with the mean of the ratios of the pairs that name it.
type Mean struct {
	Path, Against string
	Of            int // pairs
	Floor, Goal   float64
}

// Name is what the pairs have in their field Mean.
func (m *Mean) Name() string { return m.Path + " / " + m.Against }

// Means returns the rows that are means.
func Means() []Mean {
	return []Mean{
		{"structured decode", "sdk-go json.Unmarshal + Validate", 8, 6.5, 10},
		{"structured decode", "sdk-go Event.UnmarshalJSON", 8, 3, 4.5},
		{"structured decode", "json.Valid", 8, 1.5, 2.2},
		{"structured encode", "sdk-go json.Marshal", 8, 5.5, 8},
	}
}

const (
	meanDecode      = "structured decode / sdk-go json.Unmarshal + Validate"
	meanDecodeDoor  = "structured decode / sdk-go Event.UnmarshalJSON"
	meanDecodeValid = "structured decode / json.Valid"
	meanEncode      = "structured encode / sdk-go json.Marshal"
)

// Pairs returns all pairs whose work is done by one goroutine.
func Pairs() []Pair {
	items, groups := Items(), Groups()
	var pairs []Pair
	for _, p := range [][]Pair{
		decodePairs(items),
		dataPairs(items),
		plainPairs(items),
		encodePairs(items),
		batchPairs(groups),
		receivePairs(items, groups),
		requestPairs(items, groups),
		validatePairs(items),
		relayPairs(items),
	} {
		pairs = append(pairs, p...)
	}
	return pairs
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}

// kept holds results, so that the compiler does not remove the work for them.
var kept struct {
	bytes []byte
	n     int
}
