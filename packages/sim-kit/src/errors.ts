/**
 * Every error sim-kit throws on its own account, by stable code. A code is never reused for another meaning.
 * The template's `{name}` parts are filled from the details given to {@link SimError}.
 */
export const simErrors = {
  SIM_ERR_DEADLOCK:
    'The world stopped while something still waited: nothing is scheduled any more at {at}. Waiting: {waiting}. ' +
    'Something outside the world is being awaited, or a component never answers; start it, or give the wait a deadline.',
  SIM_ERR_STALLED:
    'The run did not finish within {limitMs} ms of virtual time (now {at}). Waiting: {waiting}. ' +
    'Raise `limitMs` if the run is meant to be longer, otherwise look at the first waiting party.',
  SIM_ERR_LEAK:
    'The world was disposed but something was left: {left}. Dispose what was started, or hand it to `world.own()`.',
  SIM_ERR_DISPOSED: 'Tried to {action} after the world was disposed. Create a new world.',
  SIM_ERR_HOST_EXISTS:
    'Tried to add host {name} at {address}, but {existing} is there already. Give it another {what}.',
  SIM_ERR_ADDRESS: 'Tried to use {value} as {what}; expected {expected}.',
  SIM_ERR_PORT_IN_USE:
    'Tried to listen on {endpoint} for {who}, found it in use{by}. Stop what listens there or choose another port.',
  SIM_ERR_LISTEN_DENIED:
    'Tried to listen on {endpoint} for {who}, found no permission or no such address ({cause}). {remedy}',
  SIM_ERR_NO_LEASE:
    'Tried to lease addresses {block} for a loopback world, found none free ({cause}). {remedy}',
  SIM_ERR_NO_OUTSIDE:
    'Tried to reach {target} from a memory world, found no way out: nothing real can be in virtual time. ' +
    'Run it on loopback (createLoopbackWorld).',
  SIM_ERR_NO_LINKS:
    'Tried to {action} the link {link}, found a loopback world whose connections run over no links. ' +
    'Create it with createLoopbackWorld({ links: true }).',
  SIM_ERR_LINK_SELF:
    'Looked for the link of {host} with itself, found none: a host is never cut from itself. Give two hosts.',
  SIM_ERR_LINK_DELAY: 'Tried to set {value} as the delay of the link {link}; expected {expected}.',
  SIM_ERR_LIMIT:
    'Tried to set the limit {name} of {what}, found {found}. The limits are {known}; docs/limits.md says what each is.',
  SIM_ERR_CERTIFICATE: 'Tried to use certificate {name}, found {found}. {remedy}',
} as const;

export type SimErrorCode = keyof typeof simErrors;

/** An error of sim-kit itself (not one it imitates). Match on `code`; the message says what was tried and found. */
export class SimError extends Error {
  override readonly name = 'SimError';
  readonly code: SimErrorCode;

  constructor(code: SimErrorCode, details: Record<string, string | number>, options?: ErrorOptions) {
    super(
      simErrors[code].replace(/\{(\w+)\}/g, (_, key: string) => String(details[key] ?? '')),
      options,
    );
    this.code = code;
  }
}
