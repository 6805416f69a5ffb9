// The edge half of the tunnel as KubeEdge v1.12.0 has it: its edgestream module alone, dialling one cloudcore.
// It ends when its standard input does, so that it never outlives who started it.
package main

import (
	"flag"
	"io"
	"os"

	"github.com/kubeedge/beehive/pkg/core"
	"github.com/kubeedge/kubeedge/edge/pkg/edgehub"
	"github.com/kubeedge/kubeedge/edge/pkg/edgestream"
	"github.com/kubeedge/kubeedge/pkg/apis/componentconfig/edgecore/v1alpha2"
)

func main() {
	server := flag.String("server", "", "address of the tunnel server")
	cert := flag.String("cert", "", "client certificate, PEM")
	key := flag.String("key", "", "its key, PEM")
	name := flag.String("name", "", "name of the node")
	ip := flag.String("ip", "", "its InternalIP")
	flag.Parse()

	edgestream.Register(&v1alpha2.EdgeStream{
		Enable:                  true,
		TLSTunnelCertFile:       *cert,
		TLSTunnelPrivateKeyFile: *key,
		HandshakeTimeout:        30,
		TunnelServer:            *server,
	}, *name, *ip)
	// What edgehub does once it has its certificates.
	edgehub.NewCertSyncChannel()["edgestream"] <- true
	core.StartModules()
	io.Copy(io.Discard, os.Stdin)
}
