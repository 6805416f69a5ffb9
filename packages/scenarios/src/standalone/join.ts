import { applyCerts, type CertificateFiles, certificateTraits, ExchangeError } from '@kubeedge-sim/edge-sim';
import { createLoopbackWorld, type Endpoint } from '@kubeedge-sim/sim-kit';
import { UsageError } from '../usage-error.ts';

export interface JoinOptions {
  nodeName: string;
  /** Release tag of edgecore. */
  edgecore: string;
  /** cloudcore's port 10002; a name is looked up. */
  httpServer: Endpoint;
  token: string;
  files: CertificateFiles;
  signal: AbortSignal;
  /** Whether the command is KubeSphere's, whose ports are not those that cloudcore is reached at. */
  isKubesphere?: boolean;
}

/** An address for documentation (RFC 5737): no cluster has it. */
const JOIN_ADDRESS = '192.0.2.3';

/**
 * Gets the node's certificate as edgecore does at its first start, and keeps it in `files`.
 * @returns false when there was one already, which needs no token
 * @throws UsageError that says what is wrong with token or cloudcore
 */
export async function joinCloudcore(options: JoinOptions): Promise<boolean> {
  const { nodeName, edgecore, httpServer, token, files, signal } = options;
  const traits = certificateTraits(edgecore);
  if (traits === undefined) {
    throw new UsageError(
      `Tried to join with edgecore ${edgecore}, found a release that takes its certificates from files only. ` +
        'Give --kubeedge-version v1.3.0 or later.',
    );
  }
  if (files.read() !== undefined) return false;
  await using world = await createLoopbackWorld({ uplink: true });
  const host = world.net.host({ name: nodeName, address: JOIN_ADDRESS, inbound: 'drop' });
  try {
    files.write(await applyCerts({ world, host, nodeName, httpServer, traits, signal }, token));
    return true;
  } catch (error) {
    if (!(error instanceof ExchangeError)) throw error;
    throw new UsageError(explain(error, options, world.clock.now()));
  }
}

/** kubesphere/kubesphere#4722 */
const NODE_PORTS =
  ' KubeSphere has cloudcore behind NodePorts: let a gateway map ports 10000 to 10004 to 30000 to 30004, or edit the ' +
  'ports of the command.';

const HOW_TO_GET =
  "keadm gettoken, or kubectl get secret -n kubeedge tokensecret -o=jsonpath='{.data.tokendata}' | base64 -d";

/** What was tried, what was found, what to do. */
function explain(
  error: ExchangeError,
  { httpServer, token, isKubesphere = false }: JoinOptions,
  nowMs: number,
): string {
  const server = `https://${httpServer.address}:${httpServer.port}`;
  const { found } = error;
  switch (error.failure) {
    case 'unreachable':
      return (
        `Tried to get a certificate from ${server}, found: ${found}. Start cloudcore there, let its port ` +
        `${httpServer.port} be reached, or give another place with --cloudcore-ipport and --certport.` +
        (isKubesphere ? NODE_PORTS : '')
      );
    case 'no-authority':
      return (
        `Tried to get cloudcore's authority from ${server}/ca.crt, found ${JSON.stringify(found)}. ` +
        'That is no certificate: give the port where cloudcore serves certificates with --certport.'
      );
    case 'token-format':
      return (
        `Tried to read the token, found ${found} between its dots instead of 4. ` +
        `Give it whole: ${HOW_TO_GET}.`
      );
    case 'token-hash':
      return (
        `Compared the token with the authority of ${server}: the token is for SHA-256 ${token.split('.')[0]}, ` +
        `found ${found}. It is the token of another cloudcore, or of an authority that has been replaced since. ` +
        `Get the present one: ${HOW_TO_GET}.`
      );
    case 'server-certificate':
      return (
        `Dialled ${server} and checked its certificate by the authority that the token names, found: ${found}. ` +
        'Give --cloudcore-ipport an address that the certificate names, or name this one in it: ' +
        '`modules.cloudHub.advertiseAddress` of cloudcore, `--name` of kubeedge-sim cloud.'
      );
    case 'refused':
      return (
        `Asked ${server}/edge.crt for a certificate, found ${error.status} ${JSON.stringify(found)}. ` +
        `${expiryOf(token, nowMs)} Get the present one: ${HOW_TO_GET}.`
      );
    case 'no-certificate':
      return (
        `Asked ${server}/edge.crt for a certificate, found ${found}. ` +
        'See what cloudcore logged of it; nothing was written here.'
      );
  }
}

/** When the token ended, as it says itself. */
function expiryOf(token: string, nowMs: number): string {
  try {
    const claims: unknown = JSON.parse(Buffer.from(token.split('.')[2] ?? '', 'base64url').toString());
    const { exp } = claims as { exp?: unknown };
    if (typeof exp === 'number') {
      const at = new Date(exp * 1000).toISOString();
      return exp * 1000 < nowMs
        ? `The token expired at ${at}.`
        : `The token says that it is valid until ${at}; it may be signed by an authority that has been replaced.`;
    }
  } catch {
    // What cannot be read has no end to tell of.
  }
  return 'The token says of no time until which it is valid.';
}
