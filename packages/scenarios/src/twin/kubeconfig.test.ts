import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { readKubeconfig } from './kubeconfig.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kubeedge-sim-kubeconfig-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const base64 = (text: string) => Buffer.from(text).toString('base64');

/** The access of a kubeconfig with one cluster and one user. */
async function accessOf(cluster: object, user: object = {}, context?: string) {
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'c', cluster: { server: 'https://10.0.0.2:6443', ...cluster } }],
    users: [{ name: 'u', user }],
    contexts: [
      { name: 'main', context: { cluster: 'c', user: 'u' } },
      { name: 'broken', context: { cluster: 'gone', user: 'u' } },
      { name: 'anonymous', context: { cluster: 'c' } },
    ],
    'current-context': 'main',
  };
  const file = join(folder, 'config');
  await writeFile(file, stringify(config));
  return readKubeconfig(file, context);
}

describe('a kubeconfig', () => {
  it('gives server and credentials, data before files, files from its own folder', async () => {
    await writeFile(join(folder, 'ca.crt'), 'CA FILE');
    await writeFile(join(folder, 'token'), 'from-file\n');
    expect(
      await accessOf(
        { 'certificate-authority': 'ca.crt' },
        { 'client-certificate-data': base64('CERT'), 'client-key-data': base64('KEY'), 'client-key': 'none' },
      ),
    ).toEqual({
      server: 'https://10.0.0.2:6443',
      verify: true,
      rootsPem: 'CA FILE',
      certificatePem: 'CERT',
      keyPem: 'KEY',
    });
    const insecure = { 'insecure-skip-tls-verify': true, server: 'https://rancher/k8s/clusters/c-1/' };
    expect(await accessOf(insecure, { token: 'secret', tokenFile: 'token' })).toEqual({
      server: 'https://rancher/k8s/clusters/c-1',
      verify: false,
      authorization: 'Bearer from-file',
    });
    expect(await accessOf({}, { username: 'a', password: 'b' })).toMatchObject({
      authorization: `Basic ${base64('a:b')}`,
    });
    expect(await accessOf({}, { token: 'secret' }, 'anonymous')).not.toHaveProperty('authorization');
  });

  it.each([
    [{}, { exec: { command: 'aws' } }, 'main', /found exec, which is not supported here.*--from/],
    [{}, { 'auth-provider': { name: 'oidc' } }, 'main', /found auth-provider/],
    [{ 'proxy-url': 'http://proxy' }, {}, 'main', /found proxy-url/],
    [{ 'tls-server-name': 'kubernetes' }, {}, 'main', /found tls-server-name/],
    [{ 'certificate-authority': 'gone.crt' }, {}, 'main', /the certificate-authority that .* names: ENOENT/],
    [{ server: 'ftp://x' }, {}, 'main', /"ftp:\/\/x" as the server of context main/],
    [{}, {}, 'other', /Looked for "other" among the contexts of .*, found main, broken, anonymous/],
    [{}, {}, 'broken', /Looked for "gone" among the clusters of .*, found c/],
  ])('refuses %j %j (%s) with the reason', async (cluster, user, context, message) => {
    await expect(accessOf(cluster, user, context)).rejects.toThrow(
      expect.objectContaining({ name: 'UsageError', message: expect.stringMatching(message) }),
    );
  });

  it.each([
    ['a: [', /Tried to read the kubeconfig/],
    ['', /Looked for the current context of .*, found none.*one of: none/],
    ['contexts: {}\ncurrent-context: x', /Looked for "x" among the contexts/],
  ])('refuses the text %j', async (text, message) => {
    const file = join(folder, 'odd');
    await writeFile(file, text);
    await expect(readKubeconfig(file)).rejects.toThrow(
      expect.objectContaining({ name: 'UsageError', message: expect.stringMatching(message) }),
    );
    await expect(readKubeconfig(join(folder, 'nowhere'))).rejects.toThrow(/ENOENT/);
  });
});
