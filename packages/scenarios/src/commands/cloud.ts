import { mkdtemp, rm } from 'node:fs/promises';
import { hostname, networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { FlagError, type MetricsServerTag, parseFlags } from '@kubeedge-sim/cloud-sim';
import { type Certificate, createLoopbackWorld, readCertificate } from '@kubeedge-sim/sim-kit';
import { describeFoundingCluster } from '../catalog/founding-cluster.ts';
import { resolveCell } from '../cell.ts';
import type { ClusterDescription } from '../cluster/description.ts';
import { CLOUD_PORTS } from '../cluster/publish.ts';
import { type ClusterFlags, chosenCluster } from '../cluster-file/choose.ts';
import { describeCluster } from '../cluster-file/describe.ts';
import { withLayer } from '../cluster-file/resolve.ts';
import { limitCluster, readLimits } from '../limits.ts';
import { findScenario } from '../select.ts';
import {
  presentFiles,
  readCertificates,
  readPem,
  writeCertificates,
} from '../standalone/certificate-folder.ts';
import { certificateFiles } from '../standalone/certificates.ts';
import { startCloudProcess } from '../standalone/cloud-process.ts';
import { describeCloud } from '../standalone/describe.ts';
import { UsageError } from '../usage-error.ts';
import type { Io } from './io.ts';
import { warnOfListening, whatACloudShows } from './listen.ts';

export interface CloudFlags extends ClusterFlags {
  cloudcore?: string;
  metricsServer?: string;
  metricsServerArg?: string[];
  /** Folder of certificates; made and written there when it has none. */
  certificates?: string;
  /** KubeEdge's authority and its key, to make certificates with. */
  ca?: string;
  caKey?: string;
  /** What else clients and edges call the cloud. */
  name?: string[];
  /** Whether the API server lets in who shows no credential. */
  anonymous?: boolean;
  limit?: string[];
  listen?: string;
  healthPort: number;
  seed: number;
}

/** Serves the cloud of a cluster until `stop` aborts; edges are other processes. */
export async function cloud(io: Io, flags: CloudFlags, stop: AbortSignal): Promise<void> {
  const { cloudcore, metricsServer, describe } = chooseCloud(flags);
  checkMetricsServerArgs(flags.metricsServerArg ?? [], metricsServer as MetricsServerTag);
  const limits = readLimits(flags.limit);
  await using temporary = flags.certificates === undefined ? await temporaryFolder() : undefined;
  const folder = flags.certificates ?? temporary?.path ?? '';
  const authority = await readAuthority(flags, folder);
  await using world = await createLoopbackWorld({ seed: flags.seed });
  const running = await startCloudProcess(world, {
    describe: (nowMs) => ({
      ...limitCluster(describeCloud(describe(nowMs), flags.metricsServerArg ?? []), limits),
      anonymous: flags.anonymous === true,
    }),
    async certificates(address, make) {
      if ((await presentFiles(folder)).length === 0) {
        const known = [...namesOn(flags.listen), address];
        await writeCertificates(folder, await make([...new Set([...(flags.name ?? []), ...known])]));
      }
      return readCertificates(folder, certificateFiles);
    },
    healthPort: flags.healthPort,
    ...(authority !== undefined && { authority }),
    ...(flags.listen !== undefined && { publishOn: flags.listen }),
  });
  const { address, healthUrl } = running;
  const here = flags.listen === undefined ? address : '<this machine>';
  const token = running.token();
  const lines = [
    `kube-apiserver   https://${address}:6443`,
    `CloudHub         wss://${address}:10000`,
    `edge.crt         https://${address}:10002`,
    `stream server    https://${address}:10003`,
    `tunnel server    wss://${address}:10004/v1/kubeedge/connect`,
    `metrics-server   https://${address}:4443`,
    `health           ${healthUrl}/readyz`,
    ...(flags.listen === undefined ? [] : [`the same on      ${flags.listen}`]),
    `certificates     ${folder}`,
    `kubeconfig       ${join(folder, 'kubeconfig')}`,
    '',
    `kubeedge-sim edge --cloudcore ${here} --certificates ${folder}`,
    ...(token === undefined
      ? []
      : [`kubeedge-sim join --cloudcore-ipport ${here}:10000 --edgenode-name <name> --token ${token}`]),
    '',
    `ready: the cloud serves (cloudcore ${cloudcore}), until interrupted (Ctrl-C)`,
  ];
  const ports = [...CLOUD_PORTS, flags.healthPort];
  warnOfListening(io, flags.listen, { ports, what: whatACloudShows });
  io.out(`${lines.join('\n')}\n`);
  if (stop.aborted) return;
  await new Promise<void>((resolve) => stop.addEventListener('abort', () => resolve(), { once: true }));
}

/** The cloud of the founding report, or of the cluster that is named. @throws UsageError */
function chooseCloud(flags: CloudFlags): {
  cloudcore: string;
  metricsServer: string;
  describe: (nowMs: number) => ClusterDescription;
} {
  const chosen = chosenCluster(flags);
  const { defaults } = findScenario('missing-pod-metrics');
  if (chosen === undefined) {
    const { cloudcore, metricsServer } = flags;
    const cell = resolveCell(defaults, { cloudcore, metricsServer });
    return { ...cell, describe: (nowMs) => describeFoundingCluster(cell, nowMs) };
  }
  const { cloudcore, metricsServer: version } = flags;
  const { complete } = withLayer(chosen, 'the command line', {
    ...(cloudcore !== undefined && { cloudcore }),
    ...(version !== undefined && { metricsServer: { version } }),
  });
  return {
    cloudcore: complete.cloudcore,
    metricsServer: complete.metricsServer.version,
    describe: (nowMs) => describeCluster(complete, nowMs),
  };
}

/** @throws UsageError */
async function readAuthority({ ca, caKey }: CloudFlags, folder: string): Promise<Certificate | undefined> {
  if (ca === undefined && caKey === undefined) return undefined;
  if (ca === undefined || caKey === undefined) {
    throw new UsageError(
      `Tried to make certificates with an authority, found ${ca ?? 'no --ca'} and ${caKey ?? 'no --ca-key'}. Give both.`,
    );
  }
  const present = await presentFiles(folder);
  if (present.length > 0) {
    throw new UsageError(
      `Tried to make certificates with ${ca}, found ${present.join(', ')} in ${folder} already. ` +
        'Give another folder, or leave --ca out.',
    );
  }
  return readCertificate(ca, await readPem(ca), await readPem(caKey));
}

/** How this machine is called by whoever dials what it listens on: an edge that joins looks at the certificate. */
function namesOn(listen: string | undefined): string[] {
  if (listen === undefined) return [];
  if (listen !== '0.0.0.0') return [hostname(), listen];
  const all = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  return [hostname(), ...all.flatMap(({ family, address }) => (family === 'IPv4' ? [address] : []))];
}

async function temporaryFolder(): Promise<AsyncDisposable & { path: string }> {
  const path = await mkdtemp(join(tmpdir(), 'kubeedge-sim-cloud-'));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

/** @throws UsageError with the words of metrics-server */
function checkMetricsServerArgs(args: readonly string[], version: MetricsServerTag): void {
  try {
    parseFlags(args, version);
  } catch (error) {
    if (!(error instanceof FlagError)) throw error;
    throw new UsageError(`metrics-server refuses ${args.join(' ')}: ${error.message}.`);
  }
}
