// Judges the log in the folder of its argument with golang.org/x/mod/sumdb: notes, trees, proofs.
//
// Prints one line of counts. Whatever is not as it must be ends it with exit status 1.
package main

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const entrySize = 33

type proof struct {
	Number, Size int64
	Hashes       []string
}

type cases struct {
	Vkey            string
	Sizes           []int64
	Included, Grown []proof
}

// tiles reads the tiles of a served log: tlog-tiles leaves out the height, which is always 8.
type tiles struct{ folder string }

func (t tiles) Height() int                         { return 8 }
func (t tiles) SaveTiles(_ []tlog.Tile, _ [][]byte) {}

func (t tiles) ReadTiles(wanted []tlog.Tile) ([][]byte, error) {
	var found [][]byte
	for _, tile := range wanted {
		path := strings.Replace(tile.Path(), "tile/8/", "tile/", 1)
		data, err := os.ReadFile(filepath.Join(t.folder, path))
		if err != nil {
			return nil, err
		}
		found = append(found, data)
	}
	return found, nil
}

func must(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

func hashes(texts []string) []tlog.Hash {
	found := []tlog.Hash{}
	for _, text := range texts {
		hash, err := tlog.ParseHash(text)
		must(err)
		found = append(found, hash)
	}
	return found
}

func same(one, two []tlog.Hash) bool {
	if len(one) != len(two) {
		return false
	}
	for i := range one {
		if one[i] != two[i] {
			return false
		}
	}
	return true
}

// stored computes every hash of the tree from the entries, by the definitions of the package.
func stored(entries []byte) tlog.HashReader {
	var all []tlog.Hash
	reader := tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		found := make([]tlog.Hash, len(indexes))
		for i, index := range indexes {
			found[i] = all[index]
		}
		return found, nil
	})
	for n := int64(0); n*entrySize < int64(len(entries)); n++ {
		more, err := tlog.StoredHashes(n, entries[n*entrySize:(n+1)*entrySize], reader)
		must(err)
		all = append(all, more...)
	}
	return reader
}

func roots(folder string, given cases, reader tlog.HashReader) map[int64]tlog.Hash {
	verifier, err := note.NewVerifier(given.Vkey)
	must(err)
	known := note.VerifierList(verifier)
	found := map[int64]tlog.Hash{}
	for _, size := range given.Sizes {
		data, err := os.ReadFile(filepath.Join(folder, "checkpoints", fmt.Sprint(size)))
		must(err)
		opened, err := note.Open(data, known)
		must(err)
		lines := strings.Split(opened.Text, "\n")
		if len(lines) != 4 || lines[0] != verifier.Name() || lines[1] != fmt.Sprint(size) {
			log.Fatalf("checkpoint %d: not origin, size and root", size)
		}
		root, err := tlog.TreeHash(size, reader)
		must(err)
		if base64.StdEncoding.EncodeToString(root[:]) != lines[2] {
			log.Fatalf("checkpoint %d: another root", size)
		}
		data[len(data)/2] ^= 1
		if _, err := note.Open(data, known); err == nil {
			log.Fatalf("checkpoint %d: a changed one is taken", size)
		}
		found[size] = root
	}
	return found
}

func included(p proof, root tlog.Hash, folder string, entries []byte) int {
	leaf := tlog.RecordHash(entries[p.Number*entrySize : (p.Number+1)*entrySize])
	path := hashes(p.Hashes)
	must(tlog.CheckRecord(path, p.Size, root, p.Number, leaf))
	served := tlog.TileHashReader(tlog.Tree{N: p.Size, Hash: root}, tiles{folder})
	own, err := tlog.ProveRecord(p.Size, p.Number, served)
	must(err)
	if !same(own, path) {
		log.Fatalf("entry %d of %d: another proof out of the served tiles", p.Number, p.Size)
	}
	leaf[0] ^= 1
	refused := 0
	if tlog.CheckRecord(path, p.Size, root, p.Number, leaf) != nil {
		refused++
	}
	leaf[0] ^= 1
	root[31] ^= 1
	if tlog.CheckRecord(path, p.Size, root, p.Number, leaf) != nil {
		refused++
	}
	root[31] ^= 1
	for i := range path {
		path[i][7] ^= 1
		if tlog.CheckRecord(path, p.Size, root, p.Number, leaf) != nil {
			refused++
		}
		path[i][7] ^= 1
	}
	if refused != 2+len(path) {
		log.Fatalf("entry %d of %d: a forgery is taken", p.Number, p.Size)
	}
	return refused
}

func grown(p proof, old, root tlog.Hash) int {
	path := hashes(p.Hashes)
	must(tlog.CheckTree(path, p.Size, root, p.Number, old))
	refused := 0
	old[0] ^= 1
	if tlog.CheckTree(path, p.Size, root, p.Number, old) != nil {
		refused++
	}
	old[0] ^= 1
	for i := range path {
		path[i][7] ^= 1
		if tlog.CheckTree(path, p.Size, root, p.Number, old) != nil {
			refused++
		}
		path[i][7] ^= 1
	}
	if refused != 1+len(path) {
		log.Fatalf("%d in %d: a forgery is taken", p.Number, p.Size)
	}
	return refused
}

func main() {
	log.SetFlags(0)
	base := os.Args[1]
	folder := filepath.Join(base, "site", "log")
	data, err := os.ReadFile(filepath.Join(base, "cases.json"))
	must(err)
	var given cases
	must(json.Unmarshal(data, &given))
	entries, err := os.ReadFile(filepath.Join(base, "entries"))
	must(err)
	reader := stored(entries)
	found := roots(folder, given, reader)
	refused := 0
	for _, p := range given.Included {
		refused += included(p, found[p.Size], folder, entries)
	}
	for _, p := range given.Grown {
		old, err := tlog.TreeHash(p.Number, reader)
		must(err)
		refused += grown(p, old, found[p.Size])
	}
	fmt.Println(len(found), len(given.Included), len(given.Grown), refused)
}
