import { readFile } from 'node:fs/promises';
import { UsageError } from '../usage-error.ts';

/** The environment variable of the token, for servers and clients. On a command line everybody could read it. */
export const TOKEN_VARIABLE = 'KUBEEDGE_SIM_TOKEN';

/** Shorter ones can be guessed. */
const TOKEN_LENGTH_MIN = 16;

/**
 * The token of a control server: the first line of a file, else of the environment; undefined without either.
 * @throws UsageError for a file that cannot be read and for a token that is too short or no header can carry
 */
export async function readToken(file: string | undefined): Promise<string | undefined> {
  const from = file ?? TOKEN_VARIABLE;
  const given = file === undefined ? process.env[TOKEN_VARIABLE] : await readFirstLine(file);
  if (given === undefined) return undefined;
  if (given.length >= TOKEN_LENGTH_MIN && /^[\x21-\x7e]+$/.test(given)) return given;
  throw new UsageError(
    `Tried to take the token of ${from}, found ${given.length} characters; it takes at least ${TOKEN_LENGTH_MIN}, without blanks. ` +
      '`openssl rand -hex 32` makes one.',
  );
}

async function readFirstLine(file: string): Promise<string> {
  try {
    return (await readFile(file, 'utf8')).split('\n', 1)[0]?.trim() ?? '';
  } catch (error) {
    throw new UsageError(
      `Tried to read the token file: ${error instanceof Error ? error.message : String(error)}.`,
    );
  }
}
