// Package edgemetrics shows how a Go suite uses kubeedge-sim: it is started once, and each test has worlds of its own.
package edgemetrics

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"syscall"
	"testing"
)

// control is where the control API listens, e.g. http://127.0.0.1:41235.
var control string

func TestMain(m *testing.M) {
	os.Exit(run(m))
}

func run(m *testing.M) int {
	command := os.Getenv("KUBEEDGE_SIM")
	if command == "" {
		command = "npx kubeedge-sim"
	}
	words := append(strings.Fields(command), "serve", "--port", "0")
	server := exec.Command(words[0], words[1:]...)
	server.Stderr = os.Stderr
	// A group of its own, because npx stands before the server.
	server.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	out, err := server.StdoutPipe()
	if err == nil {
		err = server.Start()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	stop := func() {
		_ = syscall.Kill(-server.Process.Pid, syscall.SIGTERM)
		_ = server.Wait()
	}
	defer stop()
	interrupted := make(chan os.Signal, 1)
	signal.Notify(interrupted, os.Interrupt, syscall.SIGTERM)
	go func() {
		<-interrupted
		stop()
		os.Exit(1)
	}()
	for lines := bufio.NewScanner(out); control == ""; {
		if !lines.Scan() {
			fmt.Fprintf(os.Stderr, "%s ended before it served\n", strings.Join(words, " "))
			return 1
		}
		if url, found := strings.CutPrefix(lines.Text(), "control"); found {
			control = strings.TrimSpace(url)
		}
	}
	go io.Copy(io.Discard, out)
	return m.Run()
}

// call asks the control API. It fails the test unless the answer is a 2xx, and decodes it into answer.
func call(t *testing.T, method, path string, body, answer any) {
	t.Helper()
	var sent io.Reader
	if body != nil {
		encoded, err := json.Marshal(body)
		if err != nil {
			t.Fatal(err)
		}
		sent = bytes.NewReader(encoded)
	}
	request, err := http.NewRequest(method, control+path, sent)
	if err != nil {
		t.Fatal(err)
	}
	if body != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	received, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	if response.StatusCode >= 300 {
		t.Fatalf("%s %s: %s\n%s", method, path, response.Status, received)
	}
	if answer == nil {
		return
	}
	if err := json.Unmarshal(received, answer); err != nil {
		t.Fatalf("%s %s: %v in %s", method, path, err, received)
	}
}

// world is what POST /v1/worlds answers, as far as these tests care.
type world struct {
	ID        string
	Endpoints struct {
		Apiserver string
		Edges     []struct{ Node, Kubelet, Edged string }
	}
}

// newWorld creates a world for one test; it ends with the test.
func newWorld(t *testing.T, of map[string]any) (created world, path string) {
	t.Helper()
	call(t, "POST", "/v1/worlds", of, &created)
	path = "/v1/worlds/" + created.ID
	t.Cleanup(func() { call(t, "DELETE", path, nil, nil) })
	return created, path
}
