import { type Certificate, type Endpoint, readCertificate, type TraceKinds } from '@kubeedge-sim/sim-kit';
import type { ComponentLog } from '../../component-log.ts';
import { applyCerts, ExchangeError, type ExchangeOptions, getEdgeCert } from './exchange.ts';
import type { CertificateFiles } from './files.ts';
import type { CertificateTraits } from './traits.ts';

/** How an edge gets its certificate: `modules.edgeHub` of its configuration, and its disk. */
export interface CertificateSource {
  /** `httpServer`, cloudcore's port 10002. */
  httpServer: Endpoint;
  /** `token`; of no use once there are files. */
  token: string;
  /** `rotateCertificates`; default true. */
  rotateCertificates?: boolean;
  files: CertificateFiles;
  traits: CertificateTraits;
}

interface CertManagerOptions extends Omit<ExchangeOptions, 'httpServer' | 'traits'> {
  source: CertificateSource;
  log: ComponentLog;
}

declare module '@kubeedge-sim/sim-kit' {
  interface TraceKinds {
    /**
     * The edge's certificate: `loaded` from disk, `applied` for by token, `rotated`, or not to be had (`failed`);
     * `rotateAt` is when it will be renewed.
     */
    'edgehub.certificate': {
      state: 'loaded' | 'applied' | 'rotated' | 'failed' | 'waiting';
      commonName?: string;
      notAfter?: string;
      rotateAt?: string;
      error?: string;
    };
  }
}

// certmanager.go rotate: wait.Backoff, and wait.PollInfinite after it
const BACKOFF = { firstMs: 2_000, factor: 2, jitter: 0.1, steps: 5 };
const POLL_MS = 32_000;
const FOREVER_MS = 1_000;

/**
 * The certificate on disk, or a new one if there is none that can be used. One that has expired can: nobody looks.
 * kubeedge v1.6.1 edge/pkg/edgehub/certificate/certmanager.go Start, getCurrent
 * @throws ExchangeError; the signal's reason
 */
export async function startCertManager(options: CertManagerOptions): Promise<Certificate> {
  const { source, log } = options;
  const current = getCurrent(options);
  if (current !== undefined) {
    tell(options, { state: 'loaded', ...summaryOf(current) });
    return current;
  }
  log.info('http.go:40', 'tlsConfig InsecureSkipVerify true');
  try {
    source.files.write(await applyCerts(exchangeOptions(options), source.token));
  } catch (error) {
    if (error instanceof ExchangeError) tell(options, { state: 'failed', error: error.message });
    throw error;
  }
  const applied = getCurrent(options);
  if (applied === undefined)
    throw new ExchangeError('no-certificate', 'files that hold no certificate after they were written');
  tell(options, { state: 'applied', ...summaryOf(applied) });
  return applied;
}

/**
 * Renews the certificate at 70 to 90 percent of its time, until the process ends.
 * certmanager.go rotate, nextRotationDeadline, rotateCert
 */
export async function rotateCertificates(
  options: CertManagerOptions,
  onRotated: (certificate: Certificate) => void,
): Promise<void> {
  const { world, host, log, signal } = options;
  const rng = world.rng.fork(`certificate-rotation/${host.name}`);
  const sleep = (ms: number) =>
    world.clock.sleep(ms, { signal, label: `certificate rotation of ${host.name}` });
  log.info('certmanager.go:158', 'Certificate rotation is enabled.');
  for (;;) {
    const current = getCurrent(options);
    if (current === undefined)
      log.error(
        'certmanager.go:162',
        'failed to get next rotation deadline:faild to get current certificate',
      );
    else {
      const atMs = rotationAtMs(current, rng.next());
      tell(options, { state: 'waiting', ...summaryOf(current), rotateAt: new Date(atMs).toISOString() });
      const waitMs = atMs - world.clock.now();
      if (waitMs > 0) await sleep(waitMs);
    }
    await rotate();
    await sleep(FOREVER_MS);
  }

  async function rotate(): Promise<void> {
    let stepMs = BACKOFF.firstMs;
    for (let step = 1; step <= BACKOFF.steps; step++) {
      if (await rotateOnce(options, onRotated)) return;
      if (step === BACKOFF.steps) break;
      await sleep(stepMs * (1 + rng.next() * BACKOFF.jitter));
      stepMs *= BACKOFF.factor;
    }
    const timedOut = 'timed out waiting for the condition';
    log.error('certmanager.go:181', `reached backoff limit, still unable to rotate certs: ${timedOut}`);
    do await sleep(POLL_MS);
    while (!(await rotateOnce(options, onRotated)));
  }
}

async function rotateOnce(
  options: CertManagerOptions,
  onRotated: (certificate: Certificate) => void,
): Promise<boolean> {
  const { log, source, signal } = options;
  log.info('certmanager.go:202', 'Rotating certificates');
  const current = getCurrent(options);
  const stored = source.files.read();
  if (current === undefined || stored === undefined) {
    log.error('certmanager.go:206', 'failed to get current certificate:no such file or directory');
    return false;
  }
  try {
    const roots = [readCertificate('rootCA.crt', stored.ca)];
    const issued = await getEdgeCert(exchangeOptions(options), roots, { certificate: current });
    source.files.write({ ca: stored.ca, ...issued });
    const rotated = getCurrent(options);
    if (rotated === undefined) throw new ExchangeError('no-certificate', 'x509: malformed certificate');
    log.info('certmanager.go:230', 'succeeded to rotate certificate');
    tell(options, { state: 'rotated', ...summaryOf(rotated) });
    onRotated(rotated);
    return true;
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof ExchangeError)) throw error;
    log.error('certmanager.go:216', `failed to get edge certificate from CloudCore:${error.message}`);
    tell(options, { state: 'failed', error: error.message });
    return false;
  }
}

/** certmanager.go jitteryDuration: a time more by up to a fifth, less three tenths of it. */
function rotationAtMs({ notBeforeMs, notAfterMs }: Certificate, random: number): number {
  const totalMs = notAfterMs - notBeforeMs;
  return Math.floor(notBeforeMs + totalMs * (1 + random * 0.2) - totalMs * 0.3);
}

/** tls.LoadX509KeyPair, and what the release asks of the certificate. */
function getCurrent({ source, nodeName }: CertManagerOptions): Certificate | undefined {
  const stored = source.files.read();
  if (stored === undefined) return undefined;
  try {
    const certificate = readCertificate('server.crt', stored.certificate, stored.key);
    const isOthers = certificate.commonName !== `system:node:${nodeName}`;
    return source.traits.checksName && isOthers ? undefined : certificate;
  } catch {
    // A file that holds no certificate, or a key of another, counts as none.
    return undefined;
  }
}

const exchangeOptions = ({ source, ...rest }: CertManagerOptions): ExchangeOptions => ({
  ...rest,
  httpServer: source.httpServer,
  traits: source.traits,
});

const summaryOf = ({ commonName, notAfterMs }: Certificate) => ({
  commonName,
  notAfter: new Date(notAfterMs).toISOString(),
});

function tell({ world, host }: CertManagerOptions, detail: TraceKinds['edgehub.certificate']): void {
  world.trace.emit({ host: host.name, component: 'edgehub', kind: 'edgehub.certificate', detail });
}
