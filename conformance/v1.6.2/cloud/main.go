// The cloud half of the tunnel as KubeEdge v1.6.2 has it: its cloudstream module alone, with certificates from files.
// It ends when its standard input does, so that it never outlives who started it.
package main

import (
	"flag"
	"io"
	"os"

	"github.com/kubeedge/beehive/pkg/core"
	"github.com/kubeedge/kubeedge/cloud/pkg/cloudhub"
	"github.com/kubeedge/kubeedge/cloud/pkg/cloudstream"
	"github.com/kubeedge/kubeedge/pkg/apis/componentconfig/cloudcore/v1alpha1"
)

func main() {
	streamPort := flag.Uint("stream-port", 10003, "port of the stream server")
	tunnelPort := flag.Uint("tunnel-port", 10004, "port of the tunnel server")
	ca := flag.String("ca", "", "authority of the clients, PEM")
	cert := flag.String("cert", "", "certificate of both servers, PEM")
	key := flag.String("key", "", "its key, PEM")
	flag.Parse()

	cloudstream.Register(&v1alpha1.CloudStream{
		Enable:                  true,
		TLSTunnelCAFile:         *ca,
		TLSTunnelCertFile:       *cert,
		TLSTunnelPrivateKeyFile: *key,
		TunnelPort:              uint32(*tunnelPort),
		TLSStreamCAFile:         *ca,
		TLSStreamCertFile:       *cert,
		TLSStreamPrivateKeyFile: *key,
		StreamPort:              uint32(*streamPort),
	})
	// What cloudhub does once it has its certificates.
	cloudhub.DoneTLSTunnelCerts <- true
	core.StartModules()
	io.Copy(io.Discard, os.Stdin)
}
