import { ReceiveWindow, SendWindow } from './flow-window.ts';

/** What a session remembers of an open stream. */
export class SessionStream {
  readonly id: number;
  /** We opened it. */
  readonly ours: boolean;
  readonly receiveWindow: ReceiveWindow;
  readonly sendWindow: SendWindow;
  /** A SYN_REPLY came, or was sent. */
  replied = false;
  /** The peer has sent its FIN. */
  receiveEnded: boolean;
  /** Our FIN was asked for; it may still stand behind waiting bytes. */
  endAsked: boolean;
  /** Our FIN is out. */
  sendEnded: boolean;
  /** Bytes that wait for the peer's window. */
  readonly waiting: Uint8Array[] = [];

  constructor(
    id: number,
    ours: boolean,
    windows: { readonly receiveBytes: number; readonly sendBytes: number },
    halves: { readonly receiveEnded: boolean; readonly sendEnded: boolean },
  ) {
    this.id = id;
    this.ours = ours;
    this.receiveWindow = new ReceiveWindow(windows.receiveBytes);
    this.sendWindow = new SendWindow(windows.sendBytes);
    this.receiveEnded = halves.receiveEnded;
    this.endAsked = halves.sendEnded;
    this.sendEnded = halves.sendEnded;
  }
}
