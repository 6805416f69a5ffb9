/** The iptables whose texts are printed; they differ from release to release, and from legacy to nf_tables. */
export const IPTABLES_VERSION = 'v1.8.9 (nf_tables)';

/** What iptables prints on stderr, whole, and its exit code. */
export class IptablesError extends Error {
  override readonly name = 'IptablesError';
  readonly exitCode: number;

  constructor(text: string, exitCode: number) {
    super(text);
    this.exitCode = exitCode;
  }
}

/** The command line is wrong: exit code 2. */
export const wrongUsage = (text: string): IptablesError =>
  new IptablesError(
    `iptables ${IPTABLES_VERSION}: ${text}\nTry \`iptables -h' or 'iptables --help' for more information.\n`,
    2,
  );

/** The table is not so: exit code 1. */
export const refused = (text: string): IptablesError => new IptablesError(`iptables: ${text}.\n`, 1);

/** The kernel would have refused: exit code 4. */
export const kernelRefused = (what: string, why: string, where: string): IptablesError =>
  new IptablesError(`iptables ${IPTABLES_VERSION}:  ${what} failed (${why}): ${where}\n`, 4);

/** A real iptables might take it. Our own words, so that nobody takes them for its: exit code 2. */
export const notModelled = (tried: string, found: string, remedy: string): IptablesError =>
  new IptablesError(
    `kubeedge-sim: Tried to use ${tried}, which is not modelled here; ${found}. ${remedy}\n`,
    2,
  );

export const noSuchName = () => refused('No chain/target/match by that name');
export const badRule = () => refused('Bad rule (does a matching rule exist in that chain?)');

/** Words that belong to nothing, which iptables refuses without its name. */
export const plainRefusal = (word: string) =>
  new IptablesError(
    `Bad argument \`${word}'\nTry \`iptables -h' or 'iptables --help' for more information.\n`,
    2,
  );
