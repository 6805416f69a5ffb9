// The client of the tunnel benchmark, and the asking end of the raw WebSockets.
import { serveCalls } from '../process.ts';
import { loadHttps, type RequestLoad, readEndless } from './http-client.ts';
import { type KeyPair, type RawWss, startRawWss } from './raw-wss.ts';

const listening = new Map<number, RawWss>();

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
});
