import { describe, expect, test } from 'vitest';
import { type ExecStream, fromHex, join, readFixture } from '../fixture.test-support.ts';
import { synStream } from '../frame.test-support.ts';
import {
  FrameDecoder,
  FrameEncoder,
  RemoteCommandClient,
  type RemoteCommandClientEvent,
  type RemoteCommandProtocol,
  RemoteCommandServer,
  type RemoteCommandServerEvent,
  type RemoteCommandWants,
  remoteCommandProtocols,
  wantsOfQuery,
} from '../index.ts';

const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
const bytes = (from: string) => new TextEncoder().encode(from);
const all: RemoteCommandWants = { stdin: true, stdout: true, stderr: true, tty: false };
const v4 = 'v4.channel.k8s.io';
const opening = (...types: string[]) => {
  const encoder = new FrameEncoder();
  return join(
    types.map((type, index) => encoder.encode(synStream(2 * index + 1, new Map([['streamtype', [type]]])))),
  );
};
const streamOf = (name: string, dir: ExecStream['dir']) => {
  const found = readFixture<ExecStream>('exec-streams.ndjson').find(
    (stream) => stream.name === name && stream.dir === dir,
  );
  if (found === undefined) throw new Error(`exec-streams.ndjson has no ${name} ${dir}`);
  const whole = join(found.piecesHex.map(fromHex));
  const head = dir === 'to-cloud' ? text(whole).indexOf('\r\n\r\n') + 4 : 0;
  return { bytes: whole.subarray(head), request: found.request };
};

describe('against the capture of a real client and a real kubelet', () => {
  test.each(['echo', 'stdin-cat'])('%s: our server answers the client as the kubelet did', (name) => {
    const client = streamOf(name, 'to-edge');
    const wants = wantsOfQuery(client.request?.url.RawQuery ?? '');
    if ('refusal' in wants) throw new Error(wants.refusal);
    const server = new RemoteCommandServer({ protocol: v4, wants });
    const output: Uint8Array[] = [];
    for (const event of server.receive(client.bytes)) {
      if (event.type === 'ready' && name === 'echo') server.write('stdout', bytes('hello 边缘\n'));
      if (event.type === 'stdin') server.write('stdout', event.data);
    }
    server.finish({ type: 'exited', code: 0 });
    output.push(...server.takeOutput());
    const kubelet = streamOf(name, 'to-cloud').bytes;
    expect(new FrameDecoder().push(join(output))).toEqual(new FrameDecoder().push(kubelet));
  });

  test.each([
    ['echo', 'hello 边缘\n', ''],
    ['stdin-cat', 'abc第二块end', 'abc第二块end'],
  ])('%s: our client asks the kubelet as the real one did', (name, stdout, stdin) => {
    const real = streamOf(name, 'to-edge');
    const wants = wantsOfQuery(real.request?.url.RawQuery ?? '');
    if ('refusal' in wants) throw new Error(wants.refusal);
    const client = new RemoteCommandClient({ protocol: v4, wants });
    const output = client.takeOutput();
    const got: Uint8Array[] = [];
    const results: unknown[] = [];
    // A kubelet answers what it was asked, so its bytes come as they are, one after another.
    for (const byte of streamOf(name, 'to-cloud').bytes) {
      for (const event of client.receive(Uint8Array.of(byte))) {
        if (event.type === 'ready' && stdin !== '') {
          for (const piece of ['abc', '第二块', 'end']) client.writeStdin(bytes(piece));
          client.endStdin();
        }
        if (event.type === 'stdout') got.push(event.data);
        if (event.type === 'done') results.push(event.result);
      }
      output.push(...client.takeOutput());
    }
    expect(text(join(got))).toBe(stdout);
    expect(results).toEqual([{ type: 'success' }]);
    expect(new FrameDecoder().push(join(output))).toEqual(new FrameDecoder().push(real.bytes));
    client.close();
    expect(new FrameDecoder().push(join(client.takeOutput()))).toMatchObject([{ type: 'GOAWAY' }]);
  });
});

/** Lets a client and a server talk until both are silent. */
function talk(client: RemoteCommandClient, server: RemoteCommandServer) {
  const toClient: RemoteCommandClientEvent[] = [];
  const toServer: RemoteCommandServerEvent[] = [];
  for (;;) {
    const [up, down] = [join(client.takeOutput()), join(server.takeOutput())];
    if (up.length === 0 && down.length === 0) return { toClient, toServer };
    toServer.push(...server.receive(up));
    toClient.push(...client.receive(down));
  }
}

const pair = (protocol: RemoteCommandProtocol, wants: RemoteCommandWants, session = {}) => {
  const client = new RemoteCommandClient({ protocol, wants, session });
  const server = new RemoteCommandServer({ protocol, wants, session });
  return { client, server, start: talk(client, server) };
};

describe.each(remoteCommandProtocols)('%s', (protocol) => {
  test('opens its streams, carries them, and ends', () => {
    const { client, server, start } = pair(protocol, all);
    expect(start).toEqual({ toClient: [{ type: 'ready' }], toServer: [{ type: 'ready' }] });
    client.writeStdin(bytes('in'));
    client.endStdin();
    const { toServer } = talk(client, server);
    // The first protocol could not say that stdin has ended.
    const end = protocol === 'channel.k8s.io' ? [] : [{ type: 'stdin-end' }];
    expect(toServer).toMatchObject([{ type: 'stdin' }, ...end]);
    server.write('stdout', bytes('out'));
    server.write('stderr', bytes('err'));
    server.finish({ type: 'exited', code: 3 });
    const { toClient } = talk(client, server);
    const result = {
      'v5.channel.k8s.io': { type: 'exited', code: 3 },
      'v4.channel.k8s.io': { type: 'exited', code: 3 },
      'v3.channel.k8s.io': { type: 'error', text: expect.stringContaining('non-zero exit code') },
      'v2.channel.k8s.io': { type: 'error', text: expect.stringContaining('non-zero exit code') },
      // Its error stream was reset before the start, so that a failure looks like a success.
      'channel.k8s.io': { type: 'success' },
    }[protocol];
    expect(toClient).toMatchObject([{ type: 'stdout' }, { type: 'stderr' }, { type: 'done', result }]);
  });

  test('has a stream for sizes with a TTY from v3 on, and then no stderr', () => {
    const { client, server, start } = pair(protocol, { ...all, stderr: false, tty: true });
    expect(start.toServer).toEqual([{ type: 'ready' }]);
    client.resize({ width: 100, height: 40 });
    const { toServer } = talk(client, server);
    const sized = protocol !== 'channel.k8s.io' && protocol !== 'v2.channel.k8s.io';
    expect(toServer).toEqual(sized ? [{ type: 'resize', size: { width: 100, height: 40 } }] : []);
    expect(server.write('stderr', bytes('x'))).toBe('gone');
  });
});

describe('the server', () => {
  test('waits for every stream; what came before is handed over then', () => {
    const server = new RemoteCommandServer({ protocol: v4, wants: all });
    const encoder = new FrameEncoder();
    const syn = (id: number, type: string) =>
      encoder.encode(synStream(id, new Map([['streamtype', [type]]])));
    const early = encoder.encode({ type: 'DATA', streamId: 3, fin: true, data: bytes('early') });
    expect(server.receive(join([syn(1, 'error'), syn(3, 'stdin'), early, syn(5, 'stdout')]))).toEqual([]);
    expect(server.receive(syn(7, 'stderr'))).toEqual([
      { type: 'ready' },
      { type: 'stdin', data: bytes('early') },
      { type: 'stdin-end' },
    ]);
  });

  test('accepts a stream that it does not know, says so, and does not count it', () => {
    const server = new RemoteCommandServer({ protocol: v4, wants: { ...all, stdin: false, stderr: false } });
    expect(server.receive(opening('error', 'bogus'))).toEqual([
      { type: 'unexpected-stream', text: 'unexpected stream type: "bogus"' },
    ]);
    expect(new FrameDecoder().push(join(server.takeOutput()))).toMatchObject([
      { streamId: 1 },
      { streamId: 3 },
    ]);
    const v2 = new RemoteCommandServer({ protocol: 'v2.channel.k8s.io', wants: all });
    expect(v2.receive(opening('resize'))).toMatchObject([{ type: 'unexpected-stream' }]);
  });

  test('counts streams, not types, as a kubelet does; one too many gets no answer', () => {
    const server = new RemoteCommandServer({ protocol: v4, wants: { ...all, stdin: false } });
    expect(server.receive(opening('error', 'stdout', 'stdout', 'stderr'))).toEqual([{ type: 'ready' }]);
    expect(new FrameDecoder().push(join(server.takeOutput()))).toHaveLength(3);
    expect(server.write('stderr', bytes('x'))).toBe('gone');
  });

  test('says when the client leaves, or is hostile', () => {
    const { client, server } = pair(v4, all);
    client.close();
    expect(talk(client, server).toServer).toEqual([{ type: 'stdin-end' }, { type: 'client-gone' }]);
    const other = new RemoteCommandServer({ protocol: v4, wants: all });
    expect(other.receive(fromHex('ffffffffffffffff'))).toMatchObject([
      { type: 'client-gone', error: { code: 'SPDY_ERR_VERSION' } },
    ]);
  });

  test('is paused while stdin is not consumed', () => {
    const { client, server } = pair(v4, all, { unreadBytesMax: 10 });
    client.writeStdin(new Uint8Array(10));
    talk(client, server);
    expect(server.paused).toBe(true);
    server.consumed(1);
    expect(server.paused).toBe(false);
  });

  test('with windows enforced says when output can go on', () => {
    const { client, server } = pair(v4, all, { flowControl: 'enforced' });
    expect(server.write('stdout', new Uint8Array(70_000))).toBe('waiting');
    const { toClient } = talk(client, server);
    expect(toClient.reduce((sum, event) => sum + (event.type === 'stdout' ? event.data.length : 0), 0)).toBe(
      65_536,
    );
    client.consumed('stdout', 65_536);
    expect(talk(client, server).toServer).toEqual([{ type: 'writable', stream: 'stdout' }]);
  });
});

describe('the client', () => {
  test('takes the end of the connection for the end of the command, as client-go does', () => {
    const { client } = pair(v4, all);
    expect(client.connectionEnded()).toEqual([{ type: 'done', result: { type: 'success' } }]);
    expect(client.connectionEnded()).toEqual([]);
  });

  test('says that a server is hostile', () => {
    const { client } = pair(v4, all);
    expect(client.receive(fromHex('ffffffffffffffff'))).toMatchObject([
      { type: 'fault', error: { code: 'SPDY_ERR_VERSION' } },
      { type: 'done' },
    ]);
  });

  test('outlives a GOAWAY in the middle of opening', () => {
    const client = new RemoteCommandClient({ protocol: v4, wants: all });
    const encoder = new FrameEncoder();
    const frames = [
      encoder.encode({ type: 'SYN_REPLY', streamId: 1, fin: false, headers: new Map() }),
      encoder.encode({ type: 'GOAWAY', lastGoodStreamId: 1, status: 0 }),
    ];
    expect(client.receive(join(frames))).toMatchObject([{ type: 'done' }]);
  });
});
