import { createHash } from 'node:crypto';
import { type Certificate, derOfPem } from '@kubeedge-sim/sim-kit';
import { type SecretStore, secretBytes } from '../../../kube-apiserver/secret-store.ts';
import type { CloudcoreProcess } from '../../process.ts';
import { signJwt } from './jwt.ts';
import { type CloudhubCertificates, caKeyOf, NAMESPACE, TOKEN_SECRET } from './prepare-certs.ts';
import type { HttpServerRelease } from './release.ts';

const hourMs = 3_600_000;
/** Hours; kubeedge v1.7.0 pkg/apis/componentconfig/cloudcore/v1alpha1/default.go TokenRefreshDuration. */
const REFRESH_HOURS = 12;

/**
 * Puts a token into Secret tokensecret and replaces it again and again until it is disposed. The old ones stay valid
 * until they end. kubeedge v1.6.1 cloud/pkg/cloudhub/servers/httpserver/signcerts.go GenerateToken
 * @param refreshHours `TokenRefreshDuration`, for releases that have it
 */
export function keepToken(
  process: CloudcoreProcess,
  options: {
    release: HttpServerRelease;
    certificates: CloudhubCertificates;
    secrets: SecretStore;
    refreshHours?: number | undefined;
  },
): Disposable {
  const { world } = process;
  const { release, certificates, secrets } = options;
  const refreshHours = release.tokenRefreshDuration ? (options.refreshHours ?? REFRESH_HOURS) : REFRESH_HOURS;
  const put = (life: number) => {
    const expiresAtMs = world.clock.now() + life * refreshHours * hourMs;
    secrets.put(NAMESPACE, TOKEN_SECRET, () => ({
      tokendata: Buffer.from(createToken(certificates.ca, expiresAtMs)),
    }));
    return expiresAtMs;
  };
  put(release.tokenLife.first);
  const refresh = () => {
    const expiresAtMs = put(release.tokenLife.refreshed);
    process.trace('cloudhub.token', { expiresAt: new Date(expiresAtMs).toISOString() });
    const source = release.logSources.tokenRefreshed;
    const message = 'token refreshed successfully';
    if (source !== undefined) process.trace('log', { severity: 'I', verbosity: 0, source, message });
  };
  return world.clock.setInterval(refresh, refreshHours * hourMs, 'cloudcore token refresh');
}

/**
 * A token for joining: SHA-256 of the authority's certificate and a JWT that its key signs, with a dot between them.
 * @throws RangeError for an authority whose key is not known
 */
export function createToken(ca: Certificate, expiresAtMs: number): string {
  const hash = createHash('sha256')
    .update(derOfPem(ca.pem ?? ''))
    .digest('hex');
  return `${hash}.${signJwt(expiresAtMs, caKeyOf(ca).sec1)}`;
}

/** The token that is in the Secret; undefined when there is none. */
export function readToken(secrets: SecretStore): string | undefined {
  const tokendata = secretBytes(secrets.get(NAMESPACE, TOKEN_SECRET), 'tokendata');
  return tokendata && Buffer.from(tokendata).toString();
}
