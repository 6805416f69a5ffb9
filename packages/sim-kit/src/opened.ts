/** What has been opened so far, closed together, the latest first: AsyncDisposableStack, which Node 22 does not have. */
export class Opened implements AsyncDisposable {
  readonly #resources: (AsyncDisposable | Disposable)[] = [];
  #disposed = false;

  /** Whether closing has begun; what is opened later has to be closed by whoever opened it. */
  get disposed(): boolean {
    return this.#disposed;
  }

  /**
   * Keeps `resource` to be closed with the others, and returns it.
   * @throws ReferenceError once closing has begun
   */
  use<T extends AsyncDisposable | Disposable>(resource: T): T {
    if (this.#disposed) throw new ReferenceError('Tried to keep a resource after the others were closed.');
    this.#resources.push(resource);
    return resource;
  }

  /** Closes everything, also when some of it fails: then it rejects with the error, or a SuppressedError of all. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#disposed) return;
    this.#disposed = true;
    await closeAll(this.#resources);
  }
}

/** The language closes in reverse order and gathers the errors. */
async function closeAll([first, ...later]: readonly (AsyncDisposable | Disposable)[]): Promise<void> {
  if (first === undefined) return;
  await using _first = first;
  await closeAll(later);
}
