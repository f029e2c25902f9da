// Reader of request bodies with a limit on bytes and time.
import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import { AppError } from '@cartwright/contracts'

interface UploadLimits {
  limitBytes: number
  /** Milliseconds from the beginning of the read to the last byte. */
  timeoutMs: number
}

export interface Uploads {
  /** @throws AppError payload_too_large, request_timeout; validation_failed when the client leaves before the last byte */
  read(request: IncomingMessage): Promise<Buffer>
  /** Fails the read in progress on this connection, or the next one. @returns whether a read was in progress */
  fail(socket: Socket, error: AppError): boolean
}

/** Whether the head announces a body. */
export const hasBody = ({ headers }: Pick<IncomingMessage, 'headers'>): boolean => {
  const length = headers['content-length']
  return headers['transfer-encoding'] !== undefined || (length !== undefined && length !== '0')
}

type Fail = (error: AppError) => void

/** Collects the bytes of a body. @param track registers how the read can be failed; returns how to unregister it */
const collect = (request: IncomingMessage, { limitBytes, timeoutMs }: UploadLimits, track: (fail: Fail) => () => void) =>
  new Promise<Buffer>((resolve, reject) => {
    const chunks: Buffer[] = []
    let size = 0
    const stop = () => {
      clearTimeout(timer)
      untrack()
      request.off('data', onData).off('end', onEnd).off('close', onLeave)
    }
    const fail = (error: AppError) => {
      stop()
      // Further bytes are dropped, so that the client finishes sending and reads the response.
      request.resume()
      reject(error)
    }
    const onData = (chunk: Buffer) => {
      size += chunk.length
      if (size > limitBytes) fail(new AppError('payload_too_large'))
      else chunks.push(chunk)
    }
    const onEnd = () => {
      stop()
      resolve(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks, size))
    }
    const onLeave = () => fail(new AppError('validation_failed', { detail: 'the request ended before its body was complete' }))
    const late = `the body did not arrive within ${Math.ceil(timeoutMs / 1000)} s`
    const timer = setTimeout(() => fail(new AppError('request_timeout', { detail: late })), timeoutMs)
    const untrack = track(fail)
    // A broken connection emits an error before it closes; without a listener the error would end the process.
    request.on('error', () => undefined)
    request.on('data', onData).once('end', onEnd).once('close', onLeave)
  })

/** Creates the reader for one server. */
export const createUploads = (limits: UploadLimits): Uploads => {
  const failing = new WeakMap<Socket, Fail>()
  const failed = new WeakMap<Socket, AppError>()
  const track = (socket: Socket) => (fail: Fail) => {
    failing.set(socket, fail)
    return () => {
      if (failing.get(socket) === fail) failing.delete(socket)
    }
  }
  return {
    read: async (request) => {
      const { socket } = request
      if (Number(request.headers['content-length'] ?? 0) > limits.limitBytes) throw new AppError('payload_too_large')
      const failure = failed.get(socket)
      if (failure !== undefined && !request.complete) throw failure
      return collect(request, limits, track(socket))
    },
    fail: (socket, error) => {
      const fail = failing.get(socket)
      if (fail) fail(error)
      else failed.set(socket, error)
      return fail !== undefined
    },
  }
}
