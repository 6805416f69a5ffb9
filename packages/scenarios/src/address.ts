/** Whether a text is an IPv4 address in dotted decimal. */
export const isAddress = (text: string) =>
  /^\d{1,3}(\.\d{1,3}){3}$/.test(text) && text.split('.').every((part) => Number(part) < 256);
