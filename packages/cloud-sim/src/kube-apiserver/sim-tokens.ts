import type { World } from '@kubeedge-sim/sim-kit';

/** Who may do everything, as in the kubeconfig that kubeadm writes. */
export const ADMIN = 'kubernetes-admin';
const DIGITS = 40;

/**
 * A bearer token by which every apiserver of a world knows a user, without its having been told: for programs that run in
 * the world, in whatever process. It depends on the world's seed, so whoever knows the seed can make one.
 */
export function simToken(world: World, user: string): string {
  return `${Buffer.from(user).toString('base64url')}.${world.ids.hex(`token of ${user}`, DIGITS)}`;
}

/** The user of such a token; undefined for any other text. */
export function userOfSimToken(world: World, token: string): string | undefined {
  const [name = ''] = token.split('.', 1);
  const user = Buffer.from(name, 'base64url').toString();
  return simToken(world, user) === token ? user : undefined;
}

/** The name of a service account as a user. */
export const serviceAccount = (namespace: string, name: string) =>
  `system:serviceaccount:${namespace}:${name}`;

/** The groups that a user is in by its name. */
export function groupsOf(user: string): string[] {
  if (user === ADMIN) return ['system:masters'];
  const [, namespace] = /^system:serviceaccount:([^:]+):/.exec(user) ?? [];
  return namespace === undefined ? [] : ['system:serviceaccounts', `system:serviceaccounts:${namespace}`];
}
