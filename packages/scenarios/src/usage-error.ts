/** Something wrong with what the user typed: the message says what was tried, what was found and what to do. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
