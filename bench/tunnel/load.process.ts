// The client of the tunnel benchmark, and the asking end of the raw WebSockets.
import { serveCalls } from '../process.ts';
import { type ExecLoad, type RunningExec, startExec } from '../streams/exec-client.ts';
import { listenRawStream, type RawStream } from '../streams/raw-streams.ts';
import { type Follows, followEndless, loadHttps, type RequestLoad, readEndless } from './http-client.ts';
import { type KeyPair, type RawWss, startRawWss } from './raw-wss.ts';

const listening = new Map<number, RawWss>();
let follows: Follows | undefined;
let exec: RunningExec | undefined;
let raw: Promise<RawStream> | undefined;

serveCalls({
  https: (load: RequestLoad) => loadHttps(load),
  endless: (load: RequestLoad) => readEndless(load),
  async wssListen(tls: KeyPair) {
    const wss = await startRawWss(tls);
    listening.set(wss.port, wss);
    return wss.port;
  },
  wss: (load: RequestLoad) => listening.get(load.port)?.load(load),
  wssFlood: (load: RequestLoad) => listening.get(load.port)?.flood(load),
  async follow(load: Parameters<typeof followEndless>[0]) {
    follows = await followEndless(load);
  },
  followed: () => follows?.bytes(),
  unfollow: () => follows?.stop(),
  async exec(load: ExecLoad) {
    exec = await startExec(load);
  },
  execStdout: () => exec?.stdoutBytes(),
  execStop: () => exec?.stop(),
  async rawListen(tls: KeyPair) {
    const { port, opened } = await listenRawStream(tls);
    raw = opened;
    return port;
  },
  rawSend: async (messageBytes: number) => (await raw)?.send(messageBytes),
  rawReceived: async () => (await raw)?.received(),
});
