import { describe, expect, it } from 'vitest';
import { inLab, readFixture } from './edgestream.test-support.ts';
import { acceptUpgrade, frame, text } from './scripted-cloud.test-support.ts';

interface CapturedTunnel {
  scenario: string;
  handshakes: string[];
  /** Pings and pongs: direction, first two bytes, payload, time. */
  controls?: [direction: string, header: string, payload: string, at: string][];
  logs: string[];
  logTimes: string[];
}

const captured = (name: string): CapturedTunnel => {
  const found = readFixture<CapturedTunnel>('tunnel.ndjson').find(({ scenario }) => scenario === name);
  if (found === undefined) throw new Error(`no tunnel ${name}`);
  return found;
};

/** A request with what differs from run to run replaced: whom it dials, and the random key. */
const plain = (request: string) =>
  request.replace(/^Host: .*$/m, 'Host: <server>\r').replace(/Key: \S{22}==/, 'Key: <key>');

const secondsOf = (time: string) => time.split(':').reduce((seconds, part) => seconds * 60 + Number(part), 0);

/** A METRIC_CONNECT for a body of slow lines. */
const slowConnect = (id: number, lines: number): Buffer => {
  const url = { Scheme: 'http', Host: '127.0.0.1:10350', Path: '/metrics', RawQuery: `lab=slow:${lines}` };
  const payload = Buffer.from(JSON.stringify({ MessID: id, url, header: {} }));
  return text(Buffer.concat([Buffer.from([id, 2]), payload]).toString('hex'));
};

describe('the request for the tunnel', () => {
  it.each([
    ['connect-and-ping', 'edge-node-1', '10.66.0.11'],
    ['no-node-ip-header', 'edge-node-3', ''],
  ])('is the real one, byte for byte: %s', async (name, hostname, internalIp) => {
    const [real = ''] = captured(name).handshakes;
    const change = { hostname, internalIp };
    await inLab(
      async ({ tunnel, cloud }) => {
        const { request } = await tunnel();
        expect(plain(request)).toBe(plain(real));
        expect(request).toContain(`\r\nHost: ${cloud.target.address}:10004\r\n`);
      },
      { change },
    );
  });

  it('has the headers of its release', async () => {
    await inLab(
      async ({ tunnel }) => {
        const { request } = await tunnel();
        expect(request).toMatch(
          /Sessionhostnameoveride: edge-node-1\r\nSessionhostnameoverride: edge-node-1\r\n/,
        );
      },
      { tag: 'v1.7.0' },
    );
  });
});

describe('a tunnel at rest', () => {
  it('is dialled two seconds after the start and pings every five seconds', async () => {
    const { controls = [], logs } = captured('connect-and-ping');
    const pings = controls.filter(([direction]) => direction === 'edge->cloud');
    await inLab(async (lab) => {
      const tunnel = await lab.tunnel();
      expect(tunnel.acceptedAtMs - lab.startedAtMs).toBe(2_000);
      await lab.world.clock.sleep(12_000);
      const ours = tunnel.controls();
      expect(ours.map(({ headerHex, payload }) => [headerHex, payload.toString('hex')])).toEqual(
        pings.map(([, header, payload]) => [header, payload]),
      );
      expect(ours.map(({ atMs }) => atMs - tunnel.acceptedAtMs)).toEqual([5_000, 10_000]);
      expect(lab.logs()).toEqual(logs);
      expect(tunnel.endedAtMs).toBeUndefined();
    });
  });

  it('does not mind a cloud that never answers', async () => {
    await inLab(async ({ world, tunnel: open }) => {
      const tunnel = await open();
      tunnel.send = () => {};
      await world.clock.sleep(60_000);
      expect(tunnel.endedAtMs).toBeUndefined();
      expect(tunnel.controls()).toHaveLength(12);
    });
  });

  it('answers a ping and otherwise ignores it', async () => {
    await inLab(async ({ world, tunnel: open, logs }) => {
      const tunnel = await open();
      const before = logs();
      tunnel.send(frame(9, Buffer.from('cloud')));
      await world.clock.sleep(100);
      const [pong] = tunnel.controls();
      expect([pong?.headerHex, pong?.payload.toString()]).toEqual(['8a85', 'cloud']);
      expect(logs()).toEqual(before);
    });
  });
});

describe('a tunnel that breaks', () => {
  /** Numbers of ports differ from run to run. */
  const withoutPorts = (line: string) => line.replace(/read tcp \S+->\S+:/, 'read tcp <path>:');
  const withoutId = (line: string) => line.replace(/(connectid|MessageID) \d+/, '$1 <id>');

  it.each([
    ['drop-fin-metrics', 'fin'],
    ['drop-rst-metrics', 'reset'],
  ] as const)('has the lines of the real edge, in the middle of a body: %s', async (name, how) => {
    await inLab(async ({ world, logs, tunnel: open }) => {
      const tunnel = await open();
      tunnel.send(slowConnect(5, 20));
      await world.clock.sleep(1_000);
      const before = logs().length;
      tunnel.hangUp(how);
      await world.clock.sleep(1_200);
      const tidy = (lines: string[]) => lines.map(withoutPorts).map(withoutId);
      // The redial waits for a tick here, and came at once there: the lab's tunnel had been open for longer.
      const real = captured(name).logs;
      const start = 'I edgestream.go:102] Start a new tunnel stream connection ...';
      const others = (lines: string[]) => lines.filter((line) => line !== start);
      const ours = tidy(logs().slice(before));
      expect(others(ours)).toEqual(others(tidy(real)));
      expect([ours, real].map((lines) => lines.filter((line) => line === start).length)).toEqual([1, 1]);
      expect(logs().join()).toMatch(
        how === 'fin' ? /unexpected EOF/ : /read tcp 10.66.0.11:\d+->10.0.0.2:10004/,
      );
    });
  });

  it('is dialled again at once when a tick is waiting, else with the next of the grid', async () => {
    await inLab(async ({ world, cloud, startedAtMs, tunnel }) => {
      const dials = () => cloud.tunnels.map(({ acceptedAtMs }) => acceptedAtMs - startedAtMs);
      (await tunnel()).hangUp('fin');
      await world.clock.sleep(3_500);
      expect(dials()).toEqual([2_000, 4_000]);
      // Seven and a half seconds in: the tick of six seconds is waiting.
      await world.clock.sleep(startedAtMs + 7_500 - world.clock.now());
      cloud.tunnels[1]?.hangUp('fin');
      await world.clock.sleep(10);
      expect(dials()).toEqual([2_000, 4_000, 7_500]);
      cloud.tunnels[2]?.hangUp('fin');
      await world.clock.sleep(1_000);
      expect(dials()).toEqual([2_000, 4_000, 7_500, 8_000]);
    });
  });

  it('is dialled on the grid while the cloud is away, with the lines of the real edge', async () => {
    const { logs: real, logTimes } = captured('cloud-restart');
    let up = true;
    await inLab(
      async (lab) => {
        const tunnel = await lab.tunnel();
        await lab.world.clock.sleep(5_500);
        const before = lab.world.trace.of('log').length;
        up = false;
        tunnel.hangUp('fin');
        await lab.world.clock.sleep(3_000);
        up = true;
        await lab.world.clock.sleep(2_000);
        const ours = lab.world.trace.of('log').slice(before);
        const text = ours.map(({ detail }) => `${detail.severity} ${detail.source}] ${detail.message}`);
        const server = /wss:\S+/;
        expect(text.map((line) => line.replace(server, '<server>'))).toEqual(
          real.map((line) => line.replace(server, '<server>')),
        );
        // The same seconds between the dials, but for where on the grid the drop was.
        const dials = (lines: string[], times: number[]) =>
          times.filter((_, index) => lines[index]?.includes('Start a new'));
        const between = (times: number[]) =>
          times.slice(1).map((time, index) => Math.round(time - (times[index] ?? 0)));
        const ourTimes = between(
          dials(
            text,
            ours.map(({ atMs }) => atMs / 1_000),
          ),
        );
        expect(ourTimes.slice(1)).toEqual(between(dials(real, logTimes.map(secondsOf))).slice(1));
        expect(ourTimes.slice(1)).toEqual([2, 2]);
      },
      // What stood before cloudcore in the lab took connections and dropped them.
      { answer: (request) => (up ? acceptUpgrade(request) : undefined) },
    );
  });

  it('gives a server that does not upgrade half a minute at most', async () => {
    await inLab(
      async ({ world, logs, cloud, startedAtMs }) => {
        await world.clock.sleep(32_500);
        expect(logs()[1]).toMatch(
          /^E edgestream.go:114\] dial wss:\S+ error read tcp \S+->\S+: i\/o timeout$/,
        );
        expect(cloud.tunnels.map(({ acceptedAtMs }) => acceptedAtMs - startedAtMs)).toEqual([2_000, 32_000]);
      },
      { answer: () => '' },
    );
  });

  it('takes any answer but 101 for a bad handshake, and a missing server for a refused dial', async () => {
    const answer = () => 'HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n';
    await inLab(
      async ({ world, logs }) => {
        await world.clock.sleep(2_500);
        expect(logs().slice(1)).toEqual([
          'E edgestream.go:114] dial wss://10.0.0.2:10004/v1/kubeedge/connect error websocket: bad handshake',
          'E edgestream.go:95] TLSClientConnect error websocket: bad handshake',
        ]);
      },
      { answer },
    );
    await inLab(
      async ({ world, logs }) => {
        await world.clock.sleep(2_500);
        const why = 'dial tcp 10.0.0.2:9: connect: connection refused';
        expect(logs().at(-1)).toBe(`E edgestream.go:95] TLSClientConnect error ${why}`);
      },
      { change: { server: { address: '10.0.0.2', port: 9 } } },
    );
  });
});
