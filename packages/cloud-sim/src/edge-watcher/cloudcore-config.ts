import { parse } from 'yaml';

/** What of cloudcore.yaml the handler reads. */
export interface CloudcoreConfig {
  advertiseAddress: readonly string[];
  webSocketPort: number;
  quicPort: number;
  httpsPort: number;
  tunnelPort: number;
}

/** A Go runtime error: nobody recovers from it, and net/http drops the connection. */
export class HandlerPanic extends Error {}

interface Modules {
  cloudHub?: {
    advertiseAddress?: readonly string[];
    websocket?: { port?: number };
    quic?: { port?: number };
    https?: { port?: number };
  };
  cloudStream?: { tunnelPort?: number };
}

/**
 * Reads the text of ConfigMap cloudcore.
 * @throws YAMLParseError; HandlerPanic for a text without what the handler takes for granted
 */
export function readCloudcoreConfig(text: string): CloudcoreConfig {
  const { modules } = (parse(text) ?? {}) as { modules?: Modules };
  const hub = modules?.cloudHub;
  if (hub === undefined) throw nilPointer();
  const [address] = hub.advertiseAddress ?? [];
  if (address === undefined) throw new HandlerPanic('runtime error: index out of range [0] with length 0');
  const { websocket, quic, https } = hub;
  const stream = modules?.cloudStream;
  if (!websocket || !quic || !https || !stream) throw nilPointer();
  return {
    advertiseAddress: hub.advertiseAddress ?? [],
    webSocketPort: websocket.port ?? 0,
    quicPort: quic.port ?? 0,
    httpsPort: https.port ?? 0,
    tunnelPort: stream.tunnelPort ?? 0,
  };
}

const nilPointer = () => new HandlerPanic('runtime error: invalid memory address or nil pointer dereference');
