import { once } from 'node:events';
import { createMemoryWorld, type Host, httpRequest, type NetSocket, type World } from '@kubeedge-sim/sim-kit';
import {
  decodeChannelMessage,
  encodeChannelClose,
  encodeChannelData,
  encodeTerminalSize,
  RemoteCommandClient,
  type RemoteCommandClientEvent,
} from '@kubeedge-sim/spdy';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { smallCluster } from './cluster.test-support.ts';
import { type KubeApiserver, type KubeApiserverOptions, startKubeApiserver } from './kube-apiserver.ts';
import { type KubeletRequest, startSpdyKubelet } from './spdy-kubelet.test-support.ts';

const POD = '/api/v1/namespaces/default/pods/nginx-1';
const WANTS = { stdin: true, stdout: true, stderr: true, tty: false };
const HEAD_END = '\r\n\r\n';

let world: World;
let master: Host;
let edge: Host;
let client: Host;
let seen: KubeletRequest[];

beforeEach(() => {
  world = createMemoryWorld();
  master = world.net.host({ name: 'master', address: '10.0.0.2' });
  edge = world.net.host({ name: 'edge-node-1', address: '10.66.0.11' });
  client = world.net.host({ name: 'laptop', address: '10.0.0.9' });
});

afterEach(() => world[Symbol.asyncDispose]());

async function start(version: string, options: Partial<KubeApiserverOptions> = {}): Promise<KubeApiserver> {
  seen = await startSpdyKubelet(world, edge);
  const authority = await world.net.authority({ commonName: 'kubernetes' });
  const certificate = await authority.issue({ commonName: 'kube-apiserver', ipAddresses: ['10.0.0.2'] });
  const cluster = smallCluster(world.clock.now());
  return world.own(
    await startKubeApiserver(world, master, {
      certificate,
      cluster,
      version,
      tokens: { x: 'admin' },
      anonymous: true,
      ...options,
    }),
  );
}

const dial = () =>
  client.connect({ address: '10.0.0.2', port: 6_443 }, { tls: { verify: false }, component: 'test' });

/** Sends a request for SPDY; resolves with the answer's head and what came behind it. */
async function askSpdy(path: string, extra = '') {
  const socket = await dial();
  socket.write(
    `POST ${path} HTTP/1.1\r\nHost: 10.0.0.2:6443\r\nUser-Agent: kubectl\r\nContent-Length: 0\r\nAuthorization: Bearer x\r\n` +
      `X-Stream-Protocol-Version: v4.channel.k8s.io\r\nX-Stream-Protocol-Version: channel.k8s.io\r\n` +
      `Connection: Upgrade\r\nUpgrade: SPDY/3.1\r\n${extra}\r\n`,
  );
  const bytes = await new Promise<Buffer>((resolve) => {
    const chunks: Buffer[] = [];
    socket.on('data', function collect(chunk: Buffer) {
      chunks.push(chunk);
      const all = Buffer.concat(chunks);
      if (!all.includes(HEAD_END)) return;
      // What comes next is for the next listener.
      socket.removeListener('data', collect).pause();
      resolve(all);
    });
  });
  const end = bytes.indexOf(HEAD_END) + HEAD_END.length;
  return { socket, head: bytes.toString('latin1', 0, end), rest: bytes.subarray(end) };
}

/** The whole of an answer that is no upgrade; `message` is that of a Status. */
async function refusalOf(path: string) {
  const { socket, head, rest } = await askSpdy(path);
  const body = [rest];
  socket.on('data', (bytes: Buffer) => body.push(bytes)).resume();
  await once(socket, 'close');
  return { head, text: Buffer.concat(body).toString() };
}

/** Runs a command as kubectl does over SPDY. */
async function spdyExec(query: string, stdin?: Uint8Array) {
  const { socket, head, rest } = await askSpdy(`${POD}/exec?${query}`);
  expect(head).toMatch(/^HTTP\/1.1 101 Switching Protocols\r\n/);
  const wants = { ...WANTS, stdin: stdin !== undefined };
  const remote = new RemoteCommandClient({ protocol: 'v4.channel.k8s.io', wants });
  const text = { stdout: '', stderr: '' };
  const { promise, resolve } = Promise.withResolvers<unknown>();
  const send = () => remote.takeOutput().forEach((each) => void socket.write(each));
  const on = (event: RemoteCommandClientEvent) => {
    if (event.type === 'stdout' || event.type === 'stderr') text[event.type] += Buffer.from(event.data);
    if (event.type === 'done') resolve(event.result);
    if (event.type !== 'ready' || stdin === undefined) return;
    remote.writeStdin(stdin);
    remote.endStdin();
  };
  const receive = (bytes: Uint8Array) => {
    for (const event of remote.receive(bytes)) on(event);
    send();
  };
  send();
  socket.on('data', receive).resume();
  if (rest.length > 0) receive(rest);
  const result = await promise;
  socket.destroy();
  return { ...text, result };
}

/** Asks for a WebSocket as kubectl 1.31 and later do. */
async function webSocket(path: string, protocol = 'v5.channel.k8s.io') {
  const socket: NetSocket = await dial();
  const opened = new WebSocket(`ws://10.0.0.2:6443${path}`, protocol, { createConnection: () => socket });
  const messages: { channel: string; text: string }[] = [];
  opened.on('message', (data) => {
    const message = decodeChannelMessage(data as Buffer);
    if (message.type === 'data')
      messages.push({ channel: message.channel, text: Buffer.from(message.data).toString() });
  });
  const refused = new Promise<{ status: number; body: string }>((resolve) => {
    opened.once('unexpected-response', (_request, response) => {
      let body = '';
      response.on('data', (bytes) => (body += bytes));
      response.once('close', () => resolve({ status: response.statusCode ?? 0, body }));
    });
  });
  opened.on('error', () => {});
  return { opened, socket, messages, refused };
}

describe('exec over SPDY', () => {
  it("passes bytes on both ways, and the command's end", () =>
    world.run(async () => {
      await start('v1.19.8');
      const ran = await spdyExec('command=cat&stdin=true&stdout=true&stderr=true', Buffer.from('一\ntwo'));
      expect(ran).toEqual({ stdout: '一\ntwo', stderr: '', result: { type: 'success' } });
      const failed = await spdyExec('command=fail&command=7&stdout=1&stderr=1');
      expect(failed.result).toMatchObject({ type: 'exited', code: 7 });
      const kinds = world.trace.events
        .map(({ kind }) => kind)
        .filter((kind) => kind.startsWith('apiserver.'));
      expect(kinds.filter((kind) => kind === 'apiserver.stream')).toHaveLength(2);
      await world.clock.sleep(1);
      expect(world.trace.of('apiserver.stream-end')[0]?.detail.fromNode).toBeGreaterThan(100);
      expect(world.trace.of('apiserver.response').map(({ detail }) => detail.status)).toEqual([101, 101]);
    }));

  it.each([
    ['v1.19.8', '10.66.0.11:10350'],
    ['v1.21.14', '10.66.0.11:10350'],
    ['v1.22.0', '10.0.0.2:6443'],
    ['v1.32.4', '10.0.0.2:6443'],
  ])('%s asks the node with Host: %s', (version, host) =>
    world.run(async () => {
      await start(version);
      const path = `${POD}/exec?command=echo&command=a+b&container=nginx&stdout=true&stderr=true`;
      const { socket } = await askSpdy(path, 'X-Forwarded-For: 192.0.2.1\r\nX-Remote-User: root\r\n');
      expect(seen).toEqual([
        {
          method: 'POST',
          url: '/exec/default/nginx-1/nginx?command=echo&command=a+b&error=1&output=1',
          rawHeaders: [
            ['Host', host],
            ['User-Agent', 'kubectl'],
            ['Content-Length', '0'],
            ['Connection', 'Upgrade'],
            ['Upgrade', 'SPDY/3.1'],
            ['X-Forwarded-For', '192.0.2.1, 10.0.0.9'],
            ['X-Stream-Protocol-Version', 'v4.channel.k8s.io'],
            ['X-Stream-Protocol-Version', 'channel.k8s.io'],
          ].flat(),
        },
      ]);
      socket.destroy();
    }),
  );

  it.each([
    ['pods/nope/exec', 'NotFound: pods "nope" not found'],
    ['pods/nginx-1/exec?container=nope', 'BadRequest: container nope is not valid for pod nginx-1'],
    ['pods/nginx-1/attach?container=nope', 'BadRequest: container nope is not valid for pod nginx-1'],
  ])('%s: %s', (path, text) =>
    world.run(async () => {
      await start('v1.19.8');
      const answer = await refusalOf(`/api/v1/namespaces/default/${path}`);
      expect(answer.head).toMatch(/Connection: close/i);
      const { reason, message } = JSON.parse(answer.text);
      expect(`${reason}: ${message}`).toBe(text);
    }),
  );

  it('knows who asks', () =>
    world.run(async () => {
      await start('v1.19.8', { tokens: { secret: 'admin' } });
      const { head, text } = await refusalOf(`${POD}/exec?command=echo&stdout=1`);
      expect(head).toMatch(/^HTTP\/1.1 401 /);
      expect(JSON.parse(text).reason).toBe('Unauthorized');
      expect(seen).toEqual([]);
    }));

  it('wants an upgrade', () =>
    world.run(async () => {
      const { endpoint: target } = await start('v1.19.8');
      for (const method of ['GET', 'POST']) {
        const asked = {
          target,
          method,
          path: `${POD}/exec?command=echo`,
          tls: { verify: false },
          component: 'test',
        };
        const answer = await httpRequest(client, asked);
        expect([answer.status, JSON.parse(await answer.text()).message]).toEqual([
          400,
          'Upgrade request required',
        ]);
      }
    }));

  it('says why it cannot reach the node', () =>
    world.run(async () => {
      const { store } = await start('v1.19.8');
      store.heartbeat('edge-node-1', { kubeletPort: 10_999 });
      const { head, text } = await refusalOf(`${POD}/exec?command=echo&stdout=1`);
      expect(head).toMatch(/^HTTP\/1.1 500 /);
      expect(JSON.parse(text).message).toBe(
        'error dialing backend: dial tcp 10.66.0.11:10999: connect: connection refused',
      );
    }));

  it('serves other paths as if no upgrade had been asked for', () =>
    world.run(async () => {
      await start('v1.19.8');
      const { head, text } = await refusalOf(POD);
      expect(head).toMatch(/^HTTP\/1.1 405 /);
      expect(JSON.parse(text).reason).toBe('MethodNotAllowed');
    }));

  it('hangs up on both when it ends', () =>
    world.run(async () => {
      const apiserver = await start('v1.19.8');
      const { socket } = await askSpdy(`${POD}/exec?command=cat&stdin=1&stdout=1`);
      const closed = once(socket, 'close');
      socket.resume();
      await apiserver.close();
      await closed;
      await world.clock.sleep(1);
      expect(world.net.open().filter((line) => line.includes('>10.66.0.11:10350'))).toEqual([]);
    }));
});

describe('exec over a WebSocket', () => {
  it('from 1.30 on, speaks SPDY to the node', () =>
    world.run(async () => {
      await start('v1.30.0');
      const { opened, messages } = await webSocket(
        `${POD}/exec?command=cat&stdin=true&stdout=true&stderr=true`,
      );
      await once(opened, 'open');
      opened.send(encodeChannelData('stdin', Buffer.from('边缘')));
      opened.send(encodeChannelClose('stdin'));
      const [code] = await once(opened, 'close');
      expect(code).toBe(1000);
      expect(messages).toEqual([
        { channel: 'stdout', text: '' },
        { channel: 'stdout', text: '边缘' },
        { channel: 'error', text: '{"metadata":{},"status":"Success"}' },
      ]);
      expect(seen).toMatchObject([
        {
          method: 'POST',
          url: '/exec/default/nginx-1/nginx?command=cat&error=1&input=1&output=1',
          rawHeaders: [
            ['Host', '10.66.0.11:10350'],
            ['User-Agent', 'Go-http-client/1.1'],
            ['Content-Length', '0'],
            ['Connection', 'Upgrade'],
            ['Upgrade', 'SPDY/3.1'],
            ...['v5.', 'v4.', 'v3.', 'v2.', ''].map((version) => [
              'X-Stream-Protocol-Version',
              `${version}channel.k8s.io`,
            ]),
          ].flat(),
        },
      ]);
      await world.clock.sleep(1);
      expect(world.trace.of('apiserver.stream').map(({ detail }) => detail.translated)).toEqual([true]);
      expect(world.trace.of('apiserver.stream-end').map(({ detail }) => detail)).toEqual([
        { pod: 'default/nginx-1', fromClient: 6, fromNode: 6 },
      ]);
    }));

  it('tells the exit code and terminal sizes', () =>
    world.run(async () => {
      await start('v1.32.4');
      const failing = await webSocket(`${POD}/exec?command=fail&command=7&stderr=true`);
      await once(failing.opened, 'close');
      expect(failing.messages.map(({ channel }) => channel)).toEqual(['stderr', 'error']);
      expect(JSON.parse(failing.messages[1]?.text ?? '')).toEqual({
        metadata: {},
        status: 'Failure',
        message: 'command terminated with non-zero exit code: command terminated with exit code 7',
        reason: 'NonZeroExitCode',
        details: { causes: [{ reason: 'ExitCode', message: '7' }] },
      });
      const sized = await webSocket(`${POD}/exec?command=size&stdin=true&stdout=true&tty=true`);
      await once(sized.opened, 'open');
      sized.opened.send(encodeChannelData('resize', encodeTerminalSize({ width: 100, height: 40 })));
      await once(sized.opened, 'close');
      expect(sized.messages[1]).toEqual({ channel: 'stdout', text: '100x40\n' });
    }));

  it("pings the node every 5 s while a command runs, and leaves it stdin's end when the client goes", () =>
    world.run(async () => {
      await start('v1.32.4');
      const { opened, socket } = await webSocket(`${POD}/exec?command=cat&stdin=true&stdout=true`);
      await once(opened, 'open');
      await world.clock.sleep(1);
      const before = seen[0]?.bytes ?? 0;
      await world.clock.sleep(12_000);
      // Two PING frames.
      expect(seen[0]?.bytes).toBe(before + 24);
      socket.destroy();
      await world.clock.sleep(10);
      expect(world.trace.of('apiserver.stream-end')).toHaveLength(1);
      expect(world.net.open().filter((line) => line.includes('>10.66.0.11:10350'))).toEqual([]);
    }));

  it("hangs up on a client that it cannot understand, and ends the command's stdin", () =>
    world.run(async () => {
      await start('v1.32.4');
      const { opened } = await webSocket(`${POD}/exec?command=cat&stdin=true&stdout=true`);
      await once(opened, 'open');
      opened.send(Buffer.alloc(0));
      opened.send(Buffer.from([9, 9, 9]));
      // A close of two channels.
      opened.send(Buffer.from([255, 0, 1]));
      const [code] = await once(opened, 'close');
      expect(code).toBe(1006);
      await world.clock.sleep(10);
      expect(world.trace.of('apiserver.stream-end')).toHaveLength(1);
    }));

  it('answers 400 to a request that is no proper one', () =>
    world.run(async () => {
      await start('v1.32.4');
      const socket = await dial();
      socket.write(
        `GET ${POD}/exec?command=echo&stdout=1 HTTP/1.1\r\nHost: any\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
          'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: short\r\nSec-WebSocket-Protocol: v5.channel.k8s.io\r\n\r\n',
      );
      const [answer] = (await once(socket, 'data')) as [Buffer];
      expect(answer.toString()).toMatch(/^HTTP\/1.1 400 /);
      socket.resume();
      await once(socket, 'close');
      expect(seen).toEqual([]);
    }));

  it('gives up a node that does not answer when the server ends', () =>
    world.run(async () => {
      const apiserver = await start('v1.32.4');
      const silent = await edge.listen({ port: 10_999 }, { component: 'silent' }, () => {});
      apiserver.store.heartbeat('edge-node-1', { kubeletPort: 10_999 });
      const { opened } = await webSocket(`${POD}/exec?command=echo&stdout=true`);
      await once(opened, 'open');
      const closed = once(opened, 'close');
      await world.clock.sleep(1_000);
      await apiserver.close();
      await closed;
      await silent.close();
    }));

  it('tells a failure on the error channel', () =>
    world.run(async () => {
      const { store } = await start('v1.32.4');
      store.heartbeat('edge-node-1', { kubeletPort: 10_999 });
      const { opened, messages } = await webSocket(`${POD}/exec?command=echo&stdout=true`);
      await once(opened, 'close');
      const url = 'https://10.66.0.11:10999/exec/default/nginx-1/nginx?command=echo&output=1';
      expect(JSON.parse(messages[1]?.text ?? '').message).toBe(
        `Internal error occurred: error sending request: Post "${url}": ` +
          'dial tcp 10.66.0.11:10999: connect: connection refused',
      );
    }));

  it.each([
    ['v1.29.0', 'v5.channel.k8s.io'],
    ['v1.32.4', 'v4.channel.k8s.io'],
  ])("%s passes one for %s on, and the node's refusal back", (version, protocol) =>
    world.run(async () => {
      await start(version);
      const { refused } = await webSocket(`${POD}/exec?command=echo&stdout=true`, protocol);
      expect(await refused).toEqual({ status: 403, body: '' });
      expect(seen[0]).toMatchObject({ method: 'GET' });
      expect(seen[0]?.rawHeaders).toContain(protocol);
    }),
  );
});

describe('port-forward', () => {
  it.each([
    ['v1.30.0', 'GET'],
    ['v1.31.0', 'POST'],
  ])('%s passes a WebSocket on by %s', (version, method) =>
    world.run(async () => {
      await start(version);
      const protocol = 'SPDY/3.1+portforward.k8s.io';
      const socket = await dial();
      socket.write(
        `GET ${POD}/portforward?ports=80 HTTP/1.1\r\nHost: 10.0.0.2:6443\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
          `Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==\r\nSec-WebSocket-Protocol: ${protocol}\r\n\r\n`,
      );
      const [answer] = (await once(socket, 'data')) as [Buffer];
      const isTunnel = method === 'POST';
      expect(answer.toString()).toMatch(isTunnel ? /^HTTP\/1.1 404 / : /^HTTP\/1.1 403 /);
      expect(seen[0]).toMatchObject({ method, url: '/portForward/default/nginx-1?port=80' });
      const asked = seen[0]?.rawHeaders.filter((each) => /^(SPDY|Sec-|portforward)/i.test(each));
      expect(asked).toEqual(
        isTunnel
          ? ['SPDY/3.1', 'portforward.k8s.io']
          : ['Sec-Websocket-Key', 'Sec-Websocket-Protocol', protocol, 'Sec-Websocket-Version'],
      );
      socket.destroy();
    }),
  );
});
