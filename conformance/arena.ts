import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Certificate, createLoopbackWorld, type World } from '@kubeedge-sim/sim-kit';
import { connectHeaders, type Dialect, dialectOf } from '@kubeedge-sim/wire';
import { isBefore } from './cases/case.ts';
import { serveKubeApi } from './kube-api.ts';
import { Middle } from './middle.ts';
import { dialectBuiltHere, startOurCloud, startOurEdge } from './our-halves.ts';
import { RealProcess } from './processes.ts';
import { type CloudStage, clientOf, type EdgeStage, type Side, type WholeStage } from './stage.ts';
import { listenOn, StubEdged } from './stub-edged.ts';
import { dialAsEdge, StubCloud, type TlsFiles, type TunnelPeer } from './tunnel-peer.ts';
import type { TunnelRecord } from './tunnel-record.ts';

// The real cloud listens on every address: on upstream's own ports it would be in the way of ours.
const REAL_STREAM_PORT = 20_003;
const REAL_TUNNEL_PORT = 20_004;
const EDGED_PORT = 10_350;
const REFUSED_MS = 4_000;
const POLL_MS = 10;
const KUBE_API_PORT = 8_080;

/** The programs of a release, and the Go that built them. */
export interface Programs {
  readonly edge: string;
  readonly cloud: string;
  readonly goVersion: string;
}

/** An edge, whichever it is. */
interface Edge extends AsyncDisposable {
  edgedUp(): Promise<void>;
  edgedDown(): Promise<void>;
  /** What it printed so far. */
  readonly log: string;
  /** Whether its process still runs, after it had time to end. */
  survives(): Promise<boolean>;
}

/**
 * Both clouds of a release, and edges as cases need them, on the loopback of a network namespace: edged's port is the
 * one upstream has in its source.
 */
export class Arena implements AsyncDisposable {
  readonly #opened = new AsyncDisposableStack();
  readonly #folder = mkdtempSync(join(tmpdir(), 'conformance-'));
  readonly #release: string;
  readonly #programs: Programs;
  readonly #dialect: Dialect;
  readonly #edged = new StubEdged();
  #realEdged = { close: () => {} };
  #nodes = 0;
  #world!: World;
  #certificate!: Certificate;
  #caPem = '';
  #tls!: TlsFiles;
  readonly #servers = {} as Record<
    Side,
    { stream: { host: string; port: number }; tunnel: { host: string; port: number } }
  >;

  private constructor(release: string, programs: Programs) {
    this.#release = release;
    this.#programs = programs;
    this.#dialect = dialectBuiltHere(release, programs.goVersion);
    this.#opened.defer(() => rmSync(this.#folder, { recursive: true }));
  }

  static async open(release: string, programs: Programs): Promise<Arena> {
    const arena = new Arena(release, programs);
    try {
      await arena.#start();
    } catch (error) {
      await arena[Symbol.asyncDispose]();
      throw error;
    }
    return arena;
  }

  async #start(): Promise<void> {
    this.#world = this.#opened.use(await createLoopbackWorld({ uplink: true }));
    const authority = await this.#world.net.authority({ commonName: 'conformance' });
    this.#certificate = await authority.issue({ commonName: 'localhost', dnsNames: ['localhost'] });
    this.#caPem = authority.certificate.pem ?? '';
    this.#tls = { cert: this.#certificate.pem ?? '', key: this.#certificate.keyPem ?? '' };
    this.#file('ca', this.#caPem);
    this.#file('cert', this.#tls.cert);
    this.#file('key', this.#tls.key);
    const api = await serveKubeApi(KUBE_API_PORT);
    this.#opened.defer(() => {
      api.close();
    });
    this.#opened.defer(() => {
      this.#realEdged.close();
    });
    await this.#realEdgedUp();
    const files = { ca: this.#path('ca'), cert: this.#path('cert'), key: this.#path('key') };
    const asks = isBefore(this.#release, 'v1.8.0') ? {} : { 'kube-api': `http://127.0.0.1:${KUBE_API_PORT}` };
    const ports = { 'stream-port': `${REAL_STREAM_PORT}`, 'tunnel-port': `${REAL_TUNNEL_PORT}` };
    const real = this.#opened.use(RealProcess.start(this.#programs.cloud, { ...files, ...ports, ...asks }));
    const ours = await startOurCloud(this.#world, {
      release: this.#release,
      dialect: this.#dialect,
      certificate: this.#certificate,
      clientRoot: authority.certificate,
    });
    await real.listening(REAL_STREAM_PORT);
    await real.listening(REAL_TUNNEL_PORT);
    const at = (host: string, stream: number, tunnel: number) => ({
      stream: { host, port: stream },
      tunnel: { host, port: tunnel },
    });
    this.#servers.real = at('127.0.0.1', REAL_STREAM_PORT, REAL_TUNNEL_PORT);
    this.#servers.ours = at(ours.host.address, ours.streamPort, ours.tunnelPort);
  }

  #path(name: string): string {
    return join(this.#folder, `${name}.pem`);
  }

  #file(name: string, pem: string): void {
    writeFileSync(this.#path(name), pem);
  }

  async #realEdgedUp(): Promise<void> {
    this.#realEdged = await listenOn(this.#edged, EDGED_PORT);
  }

  /** Names of one length, so that what carries them has the same length everywhere. */
  #node(): { name: string; internalIp: string } {
    this.#nodes += 1;
    return { name: `node-${100 + this.#nodes}`, internalIp: `10.66.0.${100 + this.#nodes}` };
  }

  async #edge(side: Side, node: { name: string; internalIp: string }, serverPort: number): Promise<Edge> {
    if (side === 'ours') {
      const edge = await startOurEdge(this.#world, {
        release: this.#release,
        dialect: this.#dialect,
        certificate: this.#certificate,
        name: node.name,
        internalIp: node.internalIp,
        serverPort,
        edged: this.#edged,
      });
      return {
        get log() {
          return edge.log;
        },
        edgedUp: () => edge.edgedUp(),
        edgedDown: () => edge.edgedDown(),
        survives: async () => edge.running,
        [Symbol.asyncDispose]: () => edge[Symbol.asyncDispose](),
      };
    }
    const real = RealProcess.start(this.#programs.edge, {
      server: `127.0.0.1:${serverPort}`,
      cert: this.#path('cert'),
      key: this.#path('key'),
      name: node.name,
      ip: node.internalIp,
    });
    return {
      get log() {
        return real.log;
      },
      edgedUp: () => this.#realEdgedUp(),
      edgedDown: async () => {
        this.#realEdged.close();
        this.#edged.disconnect();
      },
      survives: async () => !(await real.ended(500)),
      [Symbol.asyncDispose]: () => real[Symbol.asyncDispose](),
    };
  }

  /** A cloud and an edge, with a man in the middle. */
  async whole(cloud: Side, edgeSide: Side): Promise<WholeStage & AsyncDisposable> {
    const node = this.#node();
    const servers = this.#servers[cloud];
    const middle = await Middle.listen(servers.tunnel, this.#tls);
    const edge = await this.#edge(edgeSide, node, middle.port);
    const client = clientOf(servers.stream, node.name);
    await middle.record.until(() => middle.opened > 0, 6_000);
    await client.barrier();
    const refusals = () => edge.log.split('connection refused').length;
    let before = 0;
    return {
      ...client,
      release: this.#release,
      node: node.name,
      internalIp: node.internalIp,
      record: middle.record,
      middle,
      edged: this.#edged,
      edgedUp: edge.edgedUp,
      async edgedDown() {
        before = refusals();
        await edge.edgedDown();
      },
      async edgeRefused() {
        const limit = Date.now() + REFUSED_MS;
        while (refusals() <= before && Date.now() < limit)
          await new Promise((resolve) => setTimeout(resolve, POLL_MS));
      },
      async [Symbol.asyncDispose]() {
        await edge[Symbol.asyncDispose]();
        await middle[Symbol.asyncDispose]();
      },
    };
  }

  /** A cloud, whose edge is the case's. */
  async cloud(side: Side): Promise<CloudStage & AsyncDisposable> {
    const node = this.#node();
    const { stream, tunnel } = this.#servers[side];
    const peers: TunnelPeer[] = [];
    const dial: CloudStage['dial'] = async (hostname, internalIp, headers) => {
      const own = connectHeaders(dialectOf(this.#release), { hostname, internalIp });
      const peer = await dialAsEdge(tunnel, this.#tls, headers ?? own);
      peers.push(peer);
      return peer;
    };
    const edge = await dial(node.name, node.internalIp);
    await edge.settled();
    return {
      ...clientOf(stream, node.name),
      release: this.#release,
      node: node.name,
      internalIp: node.internalIp,
      record: edge.record,
      edge,
      dial,
      async [Symbol.asyncDispose]() {
        for (const peer of peers) peer.close();
      },
    };
  }

  /** An edge, whose cloud is the case's. */
  async edge(side: Side): Promise<EdgeStage & AsyncDisposable> {
    const node = this.#node();
    const server = await StubCloud.listen(this.#tls, this.#caPem);
    const edge = await this.#edge(side, node, server.port);
    return new EdgeOfCase(this.#release, node, this.#edged, server, edge, await server.tunnel());
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#opened.disposeAsync();
  }
}

const connectTypes = { logs: 0, exec: 1, metrics: 2, attach: 6 } as const;
const REMOVE_CONNECT = 4;

class EdgeOfCase implements EdgeStage, AsyncDisposable {
  readonly release: string;
  readonly node: string;
  readonly internalIp: string;
  readonly edged: StubEdged;
  readonly #server: StubCloud;
  readonly #edge: Edge;
  #lastId = 200;
  #barriers = 1_000_000;
  cloud: TunnelPeer;

  constructor(
    release: string,
    { name, internalIp }: { name: string; internalIp: string },
    edged: StubEdged,
    server: StubCloud,
    edge: Edge,
    cloud: TunnelPeer,
  ) {
    this.release = release;
    this.node = name;
    this.internalIp = internalIp;
    this.edged = edged;
    this.#server = server;
    this.#edge = edge;
    this.cloud = cloud;
  }

  connect(...[kind, path, more = {}]: Parameters<EdgeStage['connect']>): number {
    this.#lastId += 1;
    const { id = this.#lastId, headers = {}, method, port = EDGED_PORT } = more;
    const [before = '', query = ''] = path.split('?');
    const url = { Scheme: 'http', Host: `127.0.0.1:${port}`, Path: before, RawQuery: query };
    const payload = { MessID: id, url, header: headers, ...(method !== undefined && { method }) };
    this.cloud.send(id, connectTypes[kind], JSON.stringify(payload));
    return id;
  }

  async barrier(): Promise<void> {
    this.#barriers += 1;
    const id = this.#barriers;
    this.connect('metrics', '/stats/summary?barrier=1', { id });
    const answered = await this.cloud.record.until(() =>
      this.cloud.record.all.some((message) => message.id === id && message.type === REMOVE_CONNECT),
    );
    if (!answered) throw new Error(`Asked ${this.node} through its tunnel, found no answer.`);
  }

  async redialled(): Promise<TunnelPeer> {
    this.cloud = await this.#server.tunnel();
    return this.cloud;
  }

  get record(): TunnelRecord {
    return this.cloud.record;
  }

  survives(): Promise<boolean> {
    return this.#edge.survives();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#edge[Symbol.asyncDispose]();
    await this.#server[Symbol.asyncDispose]();
  }
}
