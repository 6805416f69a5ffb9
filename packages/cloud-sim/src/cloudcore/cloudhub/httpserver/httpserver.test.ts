import { createHash } from 'node:crypto';
import { checkCertificate, derOfPem } from '@kubeedge-sim/sim-kit';
import { describe, expect, it } from 'vitest';
import { knownCloudcoreReleases } from '../../release.ts';
import {
  type Ask,
  type CertificateLab,
  certificateOf,
  inCertificateLab,
  requestOf,
} from './httpserver.test-support.ts';
import { signJwt } from './jwt.ts';
import { caKeyOf } from './prepare-certs.ts';
import { httpServerRelease, httpServerTags } from './release.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const longRun = { limitMs: 400 * dayMs };

/** Status and text of an answer, or how the connection ended. */
async function said({ ask }: CertificateLab, what: Ask): Promise<[number, string] | string> {
  try {
    const { status, body } = await ask(what);
    return [status, body.toString()];
  } catch (error) {
    return (error as Error).message;
  }
}

async function join(lab: CertificateLab, node = 'edge-node-1', subject?: Parameters<typeof requestOf>[2]) {
  const { key, csr } = requestOf(lab.world, node, subject);
  const answer = await lab.ask({ token: lab.token(), node, body: csr });
  return { answer, certificate: certificateOf(answer, key) };
}

describe('port 10002', () => {
  it('has a row for every release', () => {
    expect(httpServerTags()).toEqual(knownCloudcoreReleases());
    expect(httpServerTags().filter((tag) => httpServerRelease(tag) === undefined)).toEqual([
      'v1.2.0',
      'v1.2.1',
    ]);
    expect(() => httpServerRelease('v9.9.9')).toThrow(/v9\.9\.9/);
  });

  it.each(['v1.3.0', 'v1.6.1', 'v1.10.2', 'v1.17.0', 'v1.23.1'])('hands out certificates, in %s', (tag) =>
    inCertificateLab(tag, async (lab) => {
      const ca = await lab.ask({ path: '/ca.crt' });
      expect(ca).toMatchObject({ status: 200, contentType: 'application/octet-stream' });
      expect(ca.body.equals(derOfPem(lab.ca.pem ?? ''))).toBe(true);
      const hash = createHash('sha256').update(ca.body).digest('hex');
      expect(lab.token()).toMatch(new RegExp(`^${hash}\\.[^.]+\\.[^.]+\\.[^.]+$`));
      const { answer, certificate } = await join(lab);
      expect(answer).toMatchObject({ status: 200, contentType: 'application/octet-stream' });
      const nowMs = lab.world.clock.now();
      expect(checkCertificate(certificate, [lab.ca], 'client', nowMs)).toEqual({ verdict: 'ok', detail: '' });
      expect(checkCertificate(certificate, [lab.ca], 'server', nowMs).verdict).toBe('wrong-usage');
      expect(certificate).toMatchObject({
        commonName: 'system:node:edge-node-1',
        organization: 'system:nodes',
      });
      const days = (certificate.notAfterMs - certificate.notBeforeMs) / dayMs;
      expect(days).toBe(tag === 'v1.3.0' ? 36_500 : 365);
      expect(lab.world.trace.of('cloudhub.certificate').map(({ detail }) => detail)).toMatchObject([
        { node: 'edge-node-1', by: 'token', outcome: 'issued', status: 200 },
      ]);
    }),
  );

  it('takes the time that edges are given from its configuration', () =>
    inCertificateLab(
      'v1.6.1',
      async (lab) => {
        const { certificate } = await join(lab);
        expect(certificate.notAfterMs - certificate.notBeforeMs).toBe(2 * dayMs);
      },
      { signingDays: 2 },
    ));

  it('does the same in every run', async () => {
    const run = () =>
      inCertificateLab('v1.23.1', async (lab) => ({
        token: lab.token(),
        der: (await join(lab)).answer.body.toString('hex'),
      }));
    expect(await run()).toEqual(await run());
  });

  const refusals: { tag: string; none: [number, string]; parts: [number, string]; bad: [number, string] }[] =
    [
      {
        tag: 'v1.6.1',
        none: [401, 'Invalid authorization token'],
        parts: [401, 'Invalid authorization token'],
        bad: [400, 'Invalid authorization token'],
      },
      {
        tag: 'v1.18.0',
        none: [401, 'token validation failure, token is empty'],
        parts: [401, 'token validation failure, token cannot be splited'],
        bad: [401, 'token validation failure, err: signature is invalid'],
      },
      {
        tag: 'v1.23.1',
        none: [401, 'token validation failure, token is empty'],
        parts: [401, 'token validation failure, token cannot be split'],
        bad: [401, 'token validation failure, err: token signature is invalid: signature is invalid'],
      },
    ];

  it.each(refusals)('refuses tokens in the words of $tag', ({ tag, none, parts, bad }) =>
    inCertificateLab(tag, async (lab) => {
      const { csr } = requestOf(lab.world, 'edge-node-1');
      expect(await said(lab, { body: csr })).toEqual(none);
      expect(await said(lab, { body: csr, headers: { Authorization: 'Bearer' } })).toEqual(parts);
      const foreign = `hash.${signJwt(lab.world.clock.now() + hourMs, Buffer.from('another key'))}`;
      expect(await said(lab, { body: csr, token: foreign })).toEqual(bad);
      const source = tag === 'v1.6.1' ? 'server.go:127' : 'certs.go:61';
      expect(lab.log().at(-1)).toContain(`${source}] `);
      expect(lab.world.trace.of('cloudhub.certificate').at(-1)?.detail).toMatchObject({
        outcome: 'refused',
        status: bad[0],
      });
    }),
  );

  it.each([
    ['v1.6.1', 400, 'Invalid authorization token'],
    ['v1.18.0', 401, 'token validation failure, err: Token is expired'],
    ['v1.23.1', 401, 'token validation failure, err: token has invalid claims: token is expired'],
  ] as const)('refuses the first token after 24 hours, in %s', (tag, status, text) =>
    inCertificateLab(
      tag,
      async (lab) => {
        const { csr } = requestOf(lab.world, 'edge-node-1');
        const token = lab.token();
        await lab.world.clock.sleep(dayMs - 1000);
        expect(await said(lab, { token, body: csr })).toMatchObject([200, expect.anything()]);
        await lab.world.clock.sleep(2000);
        expect(await said(lab, { token, body: csr })).toEqual([status, text]);
        // By now it has been replaced twice.
        expect(await said(lab, { token: lab.token(), body: csr })).toMatchObject([200, expect.anything()]);
        expect(lab.world.trace.of('cloudhub.token')).toHaveLength(2);
      },
      longRun,
    ),
  );

  it.each([
    ['v1.6.1', 12],
    ['v1.7.0', 24],
  ] as const)('replaces the token every 12 hours; in %s by one of %d hours', (tag, hours) =>
    inCertificateLab(
      tag,
      async (lab) => {
        await lab.world.clock.sleep(12 * hourMs);
        const [, claims = ''] = lab.token().split('.').slice(1);
        const { exp } = JSON.parse(Buffer.from(claims, 'base64url').toString()) as { exp: number };
        expect(exp * 1000 - lab.world.clock.now()).toBe(hours * hourMs);
      },
      longRun,
    ),
  );

  it.each(['v1.6.1', 'v1.17.0', 'v1.23.1'])('renews by the certificate that is replaced, in %s', (tag) =>
    inCertificateLab(
      tag,
      async (lab) => {
        const { certificate } = await join(lab);
        await lab.world.clock.sleep(1.5 * dayMs);
        const { key, csr } = requestOf(lab.world, 'edge-node-1');
        const renewed = await lab.ask({ certificate, body: csr });
        expect(certificateOf(renewed, key).notAfterMs).toBe(lab.world.clock.now() + 2 * dayMs);
        await lab.world.clock.sleep(dayMs);
        const over = await said(lab, { certificate, body: csr, token: lab.token() });
        const text = 'x509: certificate has expired or is not yet valid: current time 2021-06-12T';
        expect(over).toEqual([401, expect.stringContaining(text)]);
        expect(over[1]).toMatch(
          tag === 'v1.23.1'
            ? /^failed to verify the certificate for edgenode: edge-node-1, err: failed to verify edge/
            : /^failed to verify edge certificate: /,
        );
      },
      { ...longRun, signingDays: 2 },
    ),
  );

  it('asks for no certificate in v1.3.1, so that none can be renewed', () =>
    inCertificateLab('v1.3.1', async (lab) => {
      const { certificate } = await join(lab);
      const { csr } = requestOf(lab.world, 'edge-node-1');
      expect(await said(lab, { certificate, body: csr })).toEqual([401, 'Invalid authorization token']);
    }));

  const oldSubject = [
    ['O', 'kubeEdge'],
    ['CN', 'kubeedge.io'],
  ] as const;

  it.each([
    ['v1.15.0', 200, 200],
    ['v1.16.0', 401, 401],
  ] as const)('looks at the node that a certificate is for, from v1.16 on: %s', (tag, other, old) =>
    inCertificateLab(tag, async (lab) => {
      const { certificate } = await join(lab);
      const { csr } = requestOf(lab.world, 'edge-node-2');
      const asOther = await lab.ask({ certificate, node: 'edge-node-2', body: csr });
      expect(asOther.status).toBe(other);
      if (other === 401)
        expect(asOther.body.toString()).toBe('request node name is not match with the certificate');
      // What edges up to v1.15 call themselves is not what v1.16 makes its exception for: it writes KubeEdge.
      const before = await join(lab, 'edge-node-1', oldSubject);
      expect((await lab.ask({ certificate: before.certificate, body: csr })).status).toBe(old);
    }),
  );

  it('panics on a certificate without an organization, from v1.16 on', () =>
    inCertificateLab('v1.16.0', async (lab) => {
      const { certificate } = await join(lab, 'edge-node-1', [['CN', 'nobody']]);
      expect(await said(lab, { certificate })).toBe('socket hang up');
      expect(lab.log().at(-1)).toContain('index out of range [0] with length 0');
    }));

  it.each([
    ['v1.7.0', 'socket hang up'],
    ['v1.8.0', [200, '']],
    [
      'v1.18.0',
      [
        500,
        'failed to sign certs for edgenode edge-node-1, err: fail to signCerts, err: failed to parse csr, err: asn1: structure error: ' +
          "tags don't match (16 vs {class:1 tag:14 length:111 isCompound:true}) {optional:false explicit:false application:false " +
          'private:false defaultValue:<nil> tag:<nil> stringType:0 timeType:0 set:false omitEmpty:false} certificateRequest @2',
      ],
    ],
  ] as const)('gets no request that is none past %s', (tag, expected) =>
    inCertificateLab(tag, async (lab) => {
      expect(await said(lab, { token: lab.token(), body: Buffer.from('no request') })).toEqual(expected);
    }),
  );

  it.each([
    ['v1.6.1', [200, '']],
    ['v1.12.0', [200, '']],
    [
      'v1.21.0',
      [
        500,
        'failed to sign certs for edgenode edge-node-1, err: fail to signCerts, err: must specify a CommonName',
      ],
    ],
  ] as const)('signs nothing without a common name, in %s', (tag, expected) =>
    inCertificateLab(tag, async (lab) => {
      const { csr } = requestOf(lab.world, 'edge-node-1', [['O', 'system:nodes']]);
      expect(await said(lab, { token: lab.token(), body: csr })).toEqual(expected);
    }),
  );

  it.each([
    ['v1.9.3', 413],
    ['v1.9.4', 200],
    ['v1.10.1', 413],
    ['v1.10.2', 200],
    ['v1.23.1', 500],
  ] as const)('caps the body at 1 MiB since the fix of CVE-2022-31075: %s', (tag, status) =>
    inCertificateLab(
      tag,
      async (lab) => {
        const body = Buffer.alloc((1 << 20) + 1);
        const answer = await lab.ask({ token: lab.token(), body });
        expect(answer).toMatchObject({ status, connection: 'close' });
        const text = { 413: 'kubeedge-sim: more than 1048576 bytes', 200: '', 500: 'request body too large' };
        expect(answer.body.toString()).toContain(text[status]);
      },
      { limits: { bodyBytes: 1 << 20 } },
    ),
  );

  it('takes the usages of a header, from v1.8.2 on', async () => {
    const usagesIn = (tag: string, header: string) =>
      inCertificateLab(tag, async (lab) => {
        const { key, csr } = requestOf(lab.world, 'edge-node-1');
        const headers = { ExtKeyUsages: header };
        const answer = await lab.ask({ token: lab.token(), body: csr, headers });
        return answer.body.length === 0 ? answer.status : certificateOf(answer, key).usages;
      });
    expect(await usagesIn('v1.8.1', '[1,2]')).toEqual(['client']);
    expect(await usagesIn('v1.8.2', '[1,2]')).toEqual(['server', 'client']);
    expect(await usagesIn('v1.8.2', 'client')).toBe(200);
    expect(await usagesIn('v1.8.2', '[]')).toBe(200);
  });

  it.each([
    ['v1.3.0', '/readyz', 'GET', [404, '404 page not found\n']],
    ['v1.4.0', '/readyz', 'GET', 'socket hang up'],
    ['v1.6.1', '/readyz', 'GET', [200, 'Cloudcore is ready with no leaderelection']],
    ['v1.7.0', '/readyz', 'GET', [404, '404 page not found\n']],
    ['v1.10.2', '/readyz', 'GET', [404, '404: Page Not Found']],
    ['v1.6.1', '/edge.crt', 'POST', [405, '']],
    ['v1.6.1', '//ca.crt', 'GET', [301, '']],
    ['v1.14.0', '/edge.crt', 'POST', [405, '405: Method Not Allowed']],
    ['v1.19.0', '/node/edge-node-1', 'GET', [404, '404: Page Not Found']],
    ['v1.20.0', '/node/edge-node-1', 'GET', [200, 'Node founded']],
    ['v1.20.0', '/node/edge-node-9', 'GET', [404, 'Node not found']],
    ['v1.12.0', '/nodeupgrade', 'POST', [501, 'kubeedge-sim: upgrades and tasks are not simulated\n']],
  ] as const)('answers %s %s %s as the release does', (tag, path, method, expected) =>
    inCertificateLab(tag, async (lab) => {
      expect(await said(lab, { path, method })).toEqual(expected);
    }),
  );

  it('goes on with the authority of its Secrets, and makes another when they are deleted', () =>
    inCertificateLab('v1.6.1', async (lab) => {
      const { certificate } = await join(lab);
      const old = lab.token();
      const again = await lab.restart();
      expect(again.pem).toBe(lab.ca.pem);
      for (const name of ['casecret', 'cloudcoresecret']) lab.store.secrets.delete('kubeedge', name);
      const next = await lab.restart();
      expect(next.pem).not.toBe(lab.ca.pem);
      expect(next).toMatchObject({ commonName: 'KubeEdge', serial: '0400' });
      const { csr } = requestOf(lab.world, 'edge-node-1');
      expect(await said(lab, { certificate, body: csr })).toEqual([
        401,
        'failed to verify edge certificate: x509: certificate signed by unknown authority (possibly because of ' +
          '"x509: ECDSA verification failure" while trying to verify candidate authority certificate "KubeEdge")',
      ]);
      expect(await said(lab, { token: old, body: csr })).toEqual([400, 'Invalid authorization token']);
    }));

  it('says so when it is given an authority without a key', () => {
    const dummy = { commonName: 'KubeEdge' } as Parameters<typeof caKeyOf>[0];
    expect(() => caKeyOf(dummy)).toThrow(/found no ECDSA P-256 key/);
  });
});
