// edgecore in a process of its own. On 10350, where edgestream asks, a stub serves bodies of a given shape; edgecore's
// own edged listens beside it.
import {
  createMachine,
  edgecoreRelease,
  engineProfile,
  startDockerEngine,
  startEdgecore,
} from '@kubeedge-sim/edge-sim';
import { createHttpServer, createLoopbackWorld, listenHttp, type World } from '@kubeedge-sim/sim-kit';
import { serveCalls } from '../process.ts';
import { endExecs, readStdinBytes, serveExec } from '../streams/stub-exec.ts';
import { type BodyShape, bodyLines, endless, pathOf } from './body.ts';
import { type CloudStarted, declareHosts } from './hosts.ts';
import { describeMachine } from './machine.ts';

const EDGED_PORT = 10_350;
const TAG = 'v1.6.1';

export interface EdgeStart {
  cloud: CloudStarted;
  /** Served by a stub on edged's port; without them edgecore's own edged is there. */
  bodies?: readonly BodyShape[];
  /** Pods of the machine. */
  pods: number;
}

let world: World | undefined;

async function start({ cloud: started, bodies, pods }: EdgeStart): Promise<void> {
  const own = await createLoopbackWorld({ leasePrefix: started.leasePrefix });
  world = own;
  const { cloud, edge } = declareHosts(own);
  const machine = createMachine(own, edge, describeMachine(own.clock.now(), pods));
  own.own(await startDockerEngine(own, machine, { profile: engineProfile('20.10.24') }));
  if (bodies !== undefined) {
    const served = new Map(bodies.map((shape) => [pathOf(shape), Buffer.concat(bodyLines(shape))]));
    const server = createHttpServer((request, response) => {
      if (request.url?.endsWith('endless')) endless(response);
      else response.end(served.get(request.url ?? '') ?? 'no such body\n');
    });
    server.on('upgrade', serveExec);
    const target = { address: '127.0.0.1', port: EDGED_PORT };
    own.own(await listenHttp(edge, target, { component: 'stub-edged' }, server));
  }
  const edgecore = startEdgecore(own, machine, {
    tag: TAG,
    release: edgecoreRelease(TAG),
    nodeName: edge.name,
    ...(bodies !== undefined && { edgedPort: EDGED_PORT + 1 }),
    edgeStream: {
      server: { address: cloud.address, port: 10_004 },
      certificate: started.edgeCertificate,
    },
  });
  own.own({ [Symbol.asyncDispose]: () => edgecore.stop() });
}

serveCalls({ start, stdinBytes: readStdinBytes, endExecs }, async () => world?.[Symbol.asyncDispose]());
