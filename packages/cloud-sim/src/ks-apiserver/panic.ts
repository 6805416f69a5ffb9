/** What Go answers by a panic; its container recovers and the request ends as 500. */
export class PanicError extends Error {
  override readonly name = 'PanicError';
}
