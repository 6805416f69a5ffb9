import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { parse } from 'yaml';
import { UsageError } from '../usage-error.ts';
import { field, listField, textField } from './json-value.ts';

/** How to reach an API server and who to be there. */
export interface ClusterAccess {
  /** Base URL, without a slash at the end; it may have a path. */
  server: string;
  rootsPem?: string;
  /** False is insecure-skip-tls-verify. */
  verify: boolean;
  certificatePem?: string;
  keyPem?: string;
  /** The Authorization header. */
  authorization?: string;
}

const REMEDY =
  'Run `kubectl get nodes,pods -A -o json > cluster.json` with it and give that file with --from.';

/**
 * Reads one context of a kubeconfig (client-go tools/clientcmd/api/v1 types.go). Nothing is executed: a user
 * who logs in by a plugin is refused.
 * @throws UsageError
 */
export async function readKubeconfig(file: string, context?: string): Promise<ClusterAccess> {
  const config = await parseFile(file);
  const contextName = context ?? textField(config, 'current-context');
  if (contextName === undefined) {
    const known = namesOf(config, 'contexts');
    throw new UsageError(
      `Looked for the current context of ${file}, found none. Give --context, one of: ${known}.`,
    );
  }
  const chosen = entryOf(file, config, 'contexts', contextName);
  const cluster = field(
    entryOf(file, config, 'clusters', textField(chosen, 'context', 'cluster') ?? ''),
    'cluster',
  );
  const userName = textField(chosen, 'context', 'user');
  const user = userName === undefined ? undefined : field(entryOf(file, config, 'users', userName), 'user');
  refuseUnsupported(file, cluster, user);
  const server = textField(cluster, 'server') ?? '';
  if (!URL.canParse(server) || !/^https?:$/.test(new URL(server).protocol)) {
    throw new UsageError(
      `Tried to use ${JSON.stringify(server)} as the server of context ${contextName}; expected an https: URL.`,
    );
  }
  const pem = (part: unknown, key: string) => pemOf(file, part, key);
  const [rootsPem, certificatePem, keyPem] = await Promise.all([
    pem(cluster, 'certificate-authority'),
    pem(user, 'client-certificate'),
    pem(user, 'client-key'),
  ]);
  const authorization = await authorizationOf(file, user);
  return {
    server: server.replace(/\/+$/, ''),
    verify: field(cluster, 'insecure-skip-tls-verify') !== true,
    ...(rootsPem !== undefined && { rootsPem }),
    ...(certificatePem !== undefined && { certificatePem }),
    ...(keyPem !== undefined && { keyPem }),
    ...(authorization !== undefined && { authorization }),
  };
}

async function parseFile(file: string): Promise<unknown> {
  try {
    return parse(await readFile(file, 'utf8')) as unknown;
  } catch (error) {
    const [why] = (error instanceof Error ? error.message : String(error)).split('\n');
    throw new UsageError(`Tried to read the kubeconfig ${file}: ${why}. Give the file kubectl uses.`);
  }
}

type Section = 'contexts' | 'clusters' | 'users';

const namesOf = (config: unknown, section: Section) =>
  listField(config, section)
    .flatMap((entry) => textField(entry, 'name') ?? [])
    .join(', ') || 'none';

function entryOf(file: string, config: unknown, section: Section, name: string): unknown {
  const entry = listField(config, section).find((each) => field(each, 'name') === name);
  if (entry !== undefined) return entry;
  throw new UsageError(
    `Looked for ${JSON.stringify(name)} among the ${section} of ${file}, found ${namesOf(config, section)}. ` +
      'Give --context with one that is complete.',
  );
}

function refuseUnsupported(file: string, cluster: unknown, user: unknown): void {
  const unsupported = [
    ...['exec', 'auth-provider'].filter((key) => field(user, key) !== undefined),
    ...['proxy-url', 'tls-server-name'].filter((key) => textField(cluster, key) !== undefined),
  ];
  if (unsupported.length === 0) return;
  throw new UsageError(
    `Tried to use the kubeconfig ${file}, found ${unsupported.join(' and ')}, which is not supported here. ${REMEDY}`,
  );
}

/**
 * The PEM text of `<key>-data`, which is preferred, or of the file that `<key>` names, as client-go has it.
 */
async function pemOf(file: string, part: unknown, key: string): Promise<string | undefined> {
  const data = textField(part, `${key}-data`);
  if (data !== undefined) return Buffer.from(data, 'base64').toString('utf8');
  const path = textField(part, key);
  return path === undefined ? undefined : readBeside(file, key, path);
}

async function authorizationOf(file: string, user: unknown): Promise<string | undefined> {
  const tokenFile = textField(user, 'tokenFile');
  const token =
    tokenFile === undefined
      ? textField(user, 'token')
      : (await readBeside(file, 'tokenFile', tokenFile)).trim();
  if (token !== undefined) return `Bearer ${token}`;
  const username = textField(user, 'username');
  if (username === undefined) return undefined;
  const password = textField(user, 'password') ?? '';
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
}

/** Paths in a kubeconfig count from the folder it is in. */
async function readBeside(file: string, key: string, path: string): Promise<string> {
  try {
    return await readFile(resolve(dirname(file), path), 'utf8');
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new UsageError(
      `Tried to read the ${key} that ${file} names: ${why}. Mend the path, or use --from.`,
    );
  }
}
