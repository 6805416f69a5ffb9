package edgemetrics

import (
	"crypto/tls"
	"encoding/json"
	"net/http"
	"testing"
)

type m = map[string]any

// A pod on the edge under study.
const pod = "nginx-7848d4b86f-x2wqz"

// What an agent of yours would do with it: find out whether an edge's pods have metrics.
func TestPodsHaveNoMetricsWithDocker1809(t *testing.T) {
	t.Parallel()
	_, path := newWorld(t, m{"edgecore": "v1.6.1", "docker": "18.09.1"})

	var found struct {
		Outcome string
		Causes  []struct{ ID, Hop string }
	}
	call(t, "POST", path+"/diagnose", nil, &found)
	if found.Outcome != "symptom" || len(found.Causes) != 1 || found.Causes[0].ID != "engine-refuses-cadvisor" {
		t.Fatalf("expected the founding report, found %+v", found)
	}
	if top := kubectl(t, path, "top", "pod", pod); top.ExitCode == 0 {
		t.Fatalf("expected no metrics of %s, found\n%s", pod, top.Stdout)
	}

	call(t, "POST", path+"/act", m{"action": "cure docker"}, nil)
	call(t, "POST", path+"/settle", nil, nil)
	if top := kubectl(t, path, "top", "pod", pod); top.ExitCode != 0 {
		t.Fatalf("expected metrics of %s after the cure, found\n%s", pod, top.Stderr)
	}
}

type printed struct {
	Stdout, Stderr string
	ExitCode       int
}

func kubectl(t *testing.T, path string, args ...string) (answer printed) {
	t.Helper()
	call(t, "POST", path+"/kubectl", m{"args": args}, &answer)
	return answer
}

// A client of yours can also ask the cluster itself: a world on loopback has real sockets.
func TestSummaryOverPlainHTTP(t *testing.T) {
	t.Parallel()
	created, path := newWorld(t, m{"edgecore": "v1.6.1", "docker": "18.09.1", "net": "loopback"})
	edge := created.Endpoints.Edges[0]

	// 10350 of the node leads through DNAT and tunnel to edged; the certificate is a throw-away one.
	insecure := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}}
	for _, url := range []string{edge.Kubelet, edge.Edged} {
		response, err := insecure.Get(url + "/stats/summary")
		if err != nil {
			t.Fatal(err)
		}
		var summary struct {
			Node struct{ NodeName string }
			Pods []any
		}
		err = json.NewDecoder(response.Body).Decode(&summary)
		response.Body.Close()
		if err != nil || summary.Node.NodeName != edge.Node || len(summary.Pods) != 0 {
			t.Errorf("expected %s without pods from %s, found %+v, %v", edge.Node, url, summary, err)
		}
	}
	var events struct{ LastEvent int }
	call(t, "GET", path, nil, &events)
	if events.LastEvent == 0 {
		t.Error("expected a trace of what went on")
	}
}
