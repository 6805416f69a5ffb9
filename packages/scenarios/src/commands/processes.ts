import { type Command, Option } from 'commander';
import type { CertificatesFlags } from './certificates.ts';
import type { CloudFlags } from './cloud.ts';
import type { EdgeFlags } from './edge.ts';
import type { Io } from './io.ts';
import type { JoinFlags } from './join.ts';
import {
  anonymousOption,
  healthPortOption,
  integerFrom,
  limitOption,
  listenOption,
  seedOption,
  withClusterOptions,
} from './options.ts';

/** Adds the commands by which a cluster is several processes, on one machine or on several. */
export function addProcessCommands(program: Command, io: Io, stop: AbortSignal): void {
  const collect = (value: string, before: string[] | undefined) => [...(before ?? []), value];
  withClusterOptions(program.command('cloud'))
    .description('serve the cloud of a cluster alone; its edges are other processes')
    .option('--cloudcore <tag>', 'KubeEdge release of the cloud, e.g. v1.6.1')
    .option('--metrics-server <version>', 'metrics-server version, e.g. 0.4.2')
    .option('--metrics-server-arg <flag>', 'a flag more for metrics-server; may be repeated', collect)
    .option('--certificates <folder>', 'certificates to use; made and written there when it has none')
    .option('--ca <file>', 'KubeEdge’s authority to make them with, instead of a new one')
    .option('--ca-key <file>', 'its key, ECDSA P-256')
    .option('--name <name>', 'a name or address of the cloud for its certificates; may be repeated', collect)
    .addOption(limitOption())
    .addOption(anonymousOption())
    .addOption(listenOption())
    .addOption(healthPortOption())
    .addOption(seedOption())
    .action(async (flags: CloudFlags) => {
      io.catchSignals?.();
      const { cloud } = await import('./cloud.ts');
      return cloud(io, flags, stop);
    });
  program
    .command('edge')
    .description('serve edge nodes alone; their cloud is another process')
    .requiredOption(
      '--cloudcore <host[:port]>',
      'the cloud’s tunnel server, also as wss://host:port; a name is looked up at each dial',
    )
    .option('--cloudhub <host[:port]>', 'its CloudHub (default: the same host, port 10000)')
    .option('--no-cloudhub', 'keep the tunnel alone: no Node is registered, no status is sent')
    .option('--certificates <folder>', 'folder of the cloud’s certificates')
    .addOption(new Option('--cert <file>', 'the nodes’ certificate instead').conflicts('certificates'))
    .addOption(new Option('--key <file>', 'its key').conflicts('certificates'))
    .option('--ca <file>', 'who has to have signed CloudHub’s certificate (default: it is not verified)')
    .option('--edgecore <tag>', 'KubeEdge release of the nodes, e.g. v1.6.2')
    .addOption(new Option('--release <tag>', 'the same').conflicts('edgecore'))
    .option('--docker <version>', 'their Docker Engine, e.g. 18.09.1')
    .addOption(new Option('--nodes <n>', 'how many nodes').default(1).argParser(integerFrom(1, 10_000)))
    .option('--name <name>', 'the node’s name, of several the beginning (default: the host’s name)')
    .option('--address <ip>', 'InternalIP of the first node (default: the machine’s)')
    .addOption(new Option('--pods <n>', 'pods on each node').default(3).argParser(integerFrom(0, 500)))
    .addOption(limitOption())
    .addOption(listenOption())
    .addOption(healthPortOption())
    .addOption(seedOption())
    .action(async (flags: EdgeFlags) => {
      io.catchSignals?.();
      const { edge } = await import('./edge.ts');
      return edge(io, flags, stop);
    });
  program
    .command('join')
    .description('get a node its certificate from a cloudcore by token, and serve it as its edge')
    .argument(
      '[keadm...]',
      'a keadm join instead of the flags, in quotes the whole line that KubeSphere shows',
    )
    // What keadm knows besides is read with the rest of its words.
    .allowUnknownOption()
    .option('-e, --cloudcore-ipport <host[:port]>', 'cloudcore’s CloudHub (port 10000 if left out)')
    .option('-t, --token <token>', 'of Secret tokensecret, as keadm gettoken prints it')
    .option('-i, --edgenode-name <name>', 'the node’s name')
    .addOption(
      new Option('-s, --certport <port>', 'cloudcore’s port for certificates (default: 10002)').argParser(
        integerFrom(1, 65_535),
      ),
    )
    .addOption(
      new Option('--tunnelport <port>', 'cloudcore’s tunnel server (default: 10004)').argParser(
        integerFrom(1, 65_535),
      ),
    )
    .option('--edge-stream', 'modules.edgeStream.enable, where the keadm of the line leaves it off')
    .option('--kubeedge-version <tag>', 'KubeEdge release of the node, e.g. v1.6.2')
    .option('--cert-path <folder>', 'where to keep the certificate (default: nowhere, it goes with the node)')
    .option('--docker <version>', 'its Docker Engine, e.g. 18.09.1')
    .option('--address <ip>', 'its InternalIP (default: the machine’s)')
    .addOption(new Option('--pods <n>', 'pods on it').default(3).argParser(integerFrom(0, 500)))
    .addOption(listenOption())
    .addOption(healthPortOption())
    .addOption(seedOption())
    .action(async (words: string[], flags: JoinFlags) => {
      io.catchSignals?.();
      const { join } = await import('./join.ts');
      return join(io, words, flags, stop);
    });
  program
    .command('certificates')
    .description('make the certificates that a cloud and its edges share')
    .requiredOption('--out <folder>', 'a folder that has none')
    .option('--name <name>', 'a name or address of the cloud (default: cloud); may be repeated', collect)
    .action(async (flags: CertificatesFlags) => {
      const { certificates } = await import('./certificates.ts');
      return certificates(io, flags);
    });
}
