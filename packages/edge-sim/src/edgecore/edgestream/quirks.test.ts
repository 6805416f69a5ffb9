import type { NetSocket } from '@kubeedge-sim/sim-kit';
import { encodeMessage, messageTypes } from '@kubeedge-sim/wire';
import { describe, expect, it } from 'vitest';
import { edgecoreRelease } from '../find-release.ts';
import { type EdgestreamLab, inLab, type LabOptions } from './edgestream.test-support.ts';
import { frame } from './scripted-cloud.test-support.ts';

// A quirk of edgestream each, in a release that has it and in one that has not.

const tunnelMessage = (connectId: number, type: number, data: Uint8Array | string = '') =>
  frame(1, encodeMessage({ connectId, type, data: Buffer.from(data) }));

function connect(id: number, type: number, query: string, path = '/stats/summary'): Buffer {
  const url = { Scheme: 'http', Host: '127.0.0.1:10350', Path: path, RawQuery: query };
  return tunnelMessage(id, type, JSON.stringify({ MessID: id, url, header: {}, method: 'GET' }));
}

const metrics = (id: number, query = 'lab=blank') => connect(id, messageTypes.METRIC_CONNECT, query);

/** What `body` finds beside an edgestream of a release. */
async function found<T>(
  tag: string,
  body: (lab: EdgestreamLab) => Promise<T>,
  options: LabOptions = {},
): Promise<T | undefined> {
  let result: T | undefined;
  await inLab(
    async (lab) => {
      result = await body(lab);
    },
    { ...options, tag },
  );
  return result;
}

describe('unknownType', () => {
  const panicsOf = (tag: string) =>
    found(tag, async ({ world, tunnel, panics }) => {
      (await tunnel()).send(tunnelMessage(1, 7, '{}'));
      await world.clock.sleep(10);
      return panics;
    });

  it.each([
    ['v1.6.1', []],
    ['v1.13.5', []],
    ['v1.14.0', ['Wrong message type UNKNOWN']],
    ['v1.23.1', ['Wrong message type UNKNOWN']],
  ])('%s: %j', async (tag, panics) => {
    expect(edgecoreRelease(tag).edgestream?.unknownType).toBe(panics.length === 0 ? 'ignored' : 'panics');
    expect(await panicsOf(tag)).toEqual(panics);
  });
});

describe('CLOSE_CONNECT', () => {
  const dialsOf = (tag: string) =>
    found(tag, async ({ world, tunnel, cloud, logs }) => {
      const text = 'failed to Update KubeletEndpoint Port';
      (await tunnel()).send(tunnelMessage(0, messageTypes.CLOSE_CONNECT, text));
      await world.clock.sleep(3_000);
      return { dials: cloud.tunnels.length, lines: logs().slice(1) };
    });

  it('is ignored up to v1.9.5', async () => {
    expect(await dialsOf('v1.9.5')).toEqual({ dials: 1, lines: [] });
  });

  it.each([
    ['v1.10.0', 'tunnel.go:150', 'edgestream.go:101', 'edgestream.go:108'],
    ['v1.23.1', 'tunnel.go:172', 'edgestream.go:114', 'edgestream.go:121'],
  ])('has %s close its tunnel and dial again', async (tag, closed, failed, dialled) => {
    expect(await dialsOf(tag)).toEqual({
      dials: 2,
      lines: [
        `I ${closed}] Close tunnel session successfully`,
        `E ${failed}] TLSClientConnect error close tunnel stream connection, ` +
          'error:failed to Update KubeletEndpoint Port',
        `I ${dialled}] Start a new tunnel stream connection ...`,
      ],
    });
  });
});

describe('readChannelFull', () => {
  /** When a metrics request is answered that comes behind `count` messages for a log that edged has not answered. */
  const answeredAfterMs = (tag: string, count: number) =>
    found(tag, async ({ world, edged, tunnel: open }) => {
      const tunnel = await open();
      tunnel.send(connect(1, messageTypes.LOGS_CONNECT, 'lab=late:3'));
      await world.clock.sleep(100);
      const data = Array.from({ length: count }, () => tunnelMessage(1, messageTypes.DATA, 'x'));
      tunnel.send(...data, metrics(2));
      const sentAtMs = world.clock.now();
      while (edged?.requests.length !== 2) await world.clock.sleep(1);
      const blocked = world.trace.of('edgestream.blocked').map(({ detail }) => detail.state);
      await world.clock.sleep(5_000);
      return [Math.round((world.clock.now() - sentAtMs - 5_000) / 1_000), blocked];
    });

  it.each([
    ['v1.4.0', 1_000, [0, []]],
    ['v1.5.0', 128, [0, []]],
    ['v1.5.0', 129, [3, ['begins', 'ends']]],
    ['v1.6.1', 1_000, [3, ['begins', 'ends']]],
    ['v1.23.1', 1_000, [3, ['begins', 'ends']]],
  ])('%s behind %i messages: %j', async (tag, count, outcome) => {
    expect(await answeredAfterMs(tag, count)).toEqual(outcome);
  });

  it('holds up the tunnel while a process does not read what it is sent, and lets go when it does', async () => {
    await found(
      'v1.6.1',
      async (lab) => {
        const { world, edge, tunnel: open } = lab;
        const sockets = await unreadEdged(lab);
        const tunnel = await open();
        await flood(lab, tunnel);
        const dialled = () => world.trace.of('net.connect').filter(({ host }) => host === edge.name).length;
        const before = dialled();
        tunnel.send(metrics(2));
        await world.clock.sleep(10_000);
        expect(dialled()).toBe(before);
        sockets[0]?.resume();
        await world.clock.sleep(10);
        expect(dialled()).toBe(before + 1);
        for (const socket of sockets) socket.destroy();
      },
      { edged: 'none' },
    );
  });
});

describe('readChannelEnd', () => {
  it.each([
    ['v1.6.2', []],
    ['v1.7.0', ['send on closed channel']],
    ['v1.13.0', ['send on closed channel']],
    ['v1.23.1', ['send on closed channel']],
  ])('%s: a process ends that did not read: %j', async (tag, expected) => {
    const seen = await found(
      tag,
      async (lab) => {
        const sockets = await unreadEdged(lab);
        await flood(lab, await lab.tunnel());
        expect(lab.panics).toEqual([]);
        sockets[0]?.destroy();
        await lab.world.clock.sleep(10);
        return lab.panics;
      },
      { edged: 'none' },
    );
    expect(seen).toEqual(expected);
  });

  it.each([
    ['v1.3.1', messageTypes.LOGS_CONNECT, 3],
    ['v1.6.2', messageTypes.METRIC_CONNECT, 3],
    ['v1.7.0', messageTypes.METRIC_CONNECT, 0],
    ['v1.23.1', messageTypes.LOGS_CONNECT, 0],
  ])('%s leaves a goroutine behind with each of three requests of type %i: %i', async (tag, type, count) => {
    let leaked = 0;
    const onLeak = () => {
      leaked += 1;
    };
    await found(
      tag,
      async ({ world, tunnel: open }) => {
        const tunnel = await open();
        for (let id = 1; id <= 3; id += 1) tunnel.send(connect(id, type, 'lab=blank'));
        await world.clock.sleep(100);
        expect(tunnel.messages().filter(({ hex }) => hex.slice(2, 4) === '04')).toHaveLength(3);
      },
      { change: { onLeak } },
    );
    expect(leaked).toBe(count);
  });
});

describe('what is not served yet', () => {
  it.each([
    ['v1.3.1', messageTypes.METRIC_CONNECT, 1],
    ['v1.4.0', messageTypes.METRIC_CONNECT, 0],
    ['v1.4.0', messageTypes.EXEC_CONNECT, 1],
    ['v1.5.0', messageTypes.EXEC_CONNECT, 0],
  ])('%s panics at type %i: %i', async (tag, type, expected) => {
    const panics = await found(tag, async (lab) => {
      (await lab.tunnel()).send(connect(1, type, 'lab=blank'));
      await lab.world.clock.sleep(100);
      return lab.panics;
    });
    expect(panics).toHaveLength(expected);
  });
});

describe('dataVerbosity', () => {
  it.each([
    ['v1.4.0', 0],
    ['v1.5.0', 4],
  ])('%s logs what it sends of a log at level %i', async (tag, level) => {
    const levels = await found(tag, async ({ world, tunnel }) => {
      (await tunnel()).send(connect(1, messageTypes.LOGS_CONNECT, 'lab=blank'));
      await world.clock.sleep(100);
      const data = world.trace.of('log').filter(({ detail }) => detail.message.includes(' write logs '));
      return new Set(data.map(({ detail }) => detail.verbosity));
    });
    expect(levels).toEqual(new Set([level]));
  });
});

describe('logLines', () => {
  it.each([
    ['v1.6.1', 'edgestream.go:114', 'edgedmetricsconnection.go:115'],
    ['v1.7.0', 'edgestream.go:117', 'edgedmetricsconnection.go:114'],
    ['v1.12.3', 'edgestream.go:137', 'edgedmetricsconnection.go:114'],
    ['v1.23.1', 'edgestream.go:147', 'edgedmetricsconnection.go:94'],
  ])('%s prints a failed dial at %s, and a line of metrics at %s', async (tag, dial, line) => {
    const sources = await found(tag, async ({ world, tunnel, cloud }) => {
      (await tunnel()).send(metrics(1));
      await world.clock.sleep(100);
      await cloud[Symbol.asyncDispose]();
      await world.clock.sleep(3_000);
      const all = world.trace.of('log').map(({ detail }) => detail);
      return ['dial wss:', ' write metrics data '].map(
        (text) => all.find(({ message }) => message.includes(text))?.source,
      );
    });
    expect(sources).toEqual([dial, line]);
  });
});

describe('the lines of a metrics request', () => {
  const linesOf = (tag: string) =>
    found(tag, async ({ world, tunnel, logs }) => {
      (await tunnel()).send(metrics(1, 'lab=nothing'));
      await world.clock.sleep(100);
      const all = world.trace.of('log').map(({ detail }) => `${detail.verbosity} ${detail.message}`);
      return {
        ends: logs().filter((line) => /Delete|stop/.test(line)),
        data: all.find((line) => /write m/.test(line)),
      };
    });

  it.each([
    ['v1.4.0', 'I tunnel.go:93] Delete local connection MessageID 1 Type METRIC_CONNECT', '0 EDGE_Metrics_'],
    ['v1.5.0', undefined, '0 EDGE_Metrics_'],
    ['v1.7.0', expect.stringContaining('stop single, so stop metrics scan'), '0 EDGE_Metrics_'],
    ['v1.10.0', expect.stringContaining('stop single, so stop metrics scan'), '4 EDGE_Metrics_'],
    ['v1.12.0', expect.stringContaining('stop signal, so stop metrics scan'), '4 EDGE_Metrics_'],
    ['v1.18.0', expect.stringContaining('stop signal, so stop metrics scan'), '4 EDGE_METRICS_'],
  ])('%s', async (tag, end, data) => {
    const lines = await linesOf(tag);
    expect(lines?.ends).toEqual(end === undefined ? [] : [end]);
    expect(lines?.data).toMatch(new RegExp(`^${data}CONNECTOR Message MessageID 1 write metrics data`));
  });
});

/** An edged that takes connections and reads nothing. */
async function unreadEdged({ world, edge }: EdgestreamLab): Promise<NetSocket[]> {
  const sockets: NetSocket[] = [];
  const target = { address: '127.0.0.1', port: 10_350 };
  world.own(
    await edge.listen(target, { component: 'scripted-edged' }, (socket) => {
      socket.on('error', () => {});
      sockets.push(socket.pause());
    }),
  );
  return sockets;
}

/** Sends an exec more than edged's connection and its slots hold. */
async function flood(
  { world }: EdgestreamLab,
  tunnel: { send: (...frames: Uint8Array[]) => void },
): Promise<void> {
  tunnel.send(connect(1, messageTypes.EXEC_CONNECT, 'command=sleep', '/exec/a/b/c'));
  await world.clock.sleep(100);
  const piece = Buffer.alloc(60_000, 'x');
  tunnel.send(...Array.from({ length: 300 }, () => tunnelMessage(1, messageTypes.DATA, piece)));
  await world.clock.sleep(100);
  expect(world.trace.of('edgestream.blocked').at(-1)?.detail.state).toBe('begins');
}
