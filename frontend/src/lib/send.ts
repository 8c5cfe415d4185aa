/** Why bytes did not arrive. `status` is 0 where the connection broke. */
export class NotSent extends Error {
  override readonly name = "NotSent";

  readonly status: number;

  constructor(status: number) {
    super(status === 0 ? "The connection broke." : `The storage answered ${status}.`);
    this.status = status;
  }
}

export interface Sending {
  signal: AbortSignal;
  /** Called with the bytes of the body that have left so far. */
  onProgress: (bytes: number) => void;
}

/** Send a file with the fields of a presigned form. */
export async function sendForm(
  url: string,
  fields: Readonly<Record<string, string>>,
  file: Blob,
  sending: Sending,
): Promise<void> {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.append(name, value);
  form.append("file", file);
  // The form adds a few hundred bytes around the file: what is shown never exceeds the file.
  const onProgress = (bytes: number) => sending.onProgress(Math.min(bytes, file.size));
  await transmit("POST", url, form, { ...sending, onProgress });
}

/** Send one part of a large file, and return the ETag it got, where the browser is let to see it. */
export async function sendPart(url: string, part: Blob, sending: Sending): Promise<string | null> {
  return (await transmit("PUT", url, part, sending)).getResponseHeader("ETag");
}

/** XMLHttpRequest, because fetch does not tell how much has been sent. */
function transmit(method: string, url: string, body: Blob | FormData, sending: Sending): Promise<XMLHttpRequest> {
  const { signal, onProgress } = sending;
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const request = new XMLHttpRequest();
    const stop = () => request.abort();
    signal.addEventListener("abort", stop, { once: true });
    request.upload.onprogress = (event) => onProgress(event.loaded);
    request.onload = () => {
      if (request.status >= 200 && request.status < 300) resolve(request);
      else reject(new NotSent(request.status));
    };
    request.onerror = () => reject(new NotSent(0));
    request.ontimeout = request.onerror;
    request.onabort = () => reject(signal.reason instanceof Error ? signal.reason : new NotSent(0));
    request.onloadend = () => signal.removeEventListener("abort", stop);
    request.open(method, url);
    request.send(body);
  });
}
