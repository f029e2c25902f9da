// Reader of request bodies: a body is read whole, within a number of bytes and of milliseconds, or the request is refused.
import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import { AppError } from '@cartwright/contracts'

export interface UploadLimits {
  limitBytes: number
  /** Milliseconds from the beginning of the read to the last byte. */
  timeoutMs: number
}

export interface Uploads {
  /** @throws AppError payload_too_large, request_timeout; validation_failed when the client leaves before the last byte */
  read(request: IncomingMessage): Promise<Buffer>
  /** Ends the read on this connection, or the one that a request is about to begin. @returns whether one was under way */
  fail(socket: Socket, error: AppError): boolean
}

/** Whether the head announces a body. */
export const hasBody = ({ headers }: Pick<IncomingMessage, 'headers'>): boolean => {
  const length = headers['content-length']
  return headers['transfer-encoding'] !== undefined || (length !== undefined && length !== '0')
}

/** Creates the reader of one server. */
export const createUploads = ({ limitBytes, timeoutMs }: UploadLimits): Uploads => {
  const failing = new WeakMap<Socket, (error: AppError) => void>()
  const failed = new WeakMap<Socket, AppError>()

  const read = (request: IncomingMessage): Promise<Buffer> =>
    new Promise((resolve, reject) => {
      if (Number(request.headers['content-length'] ?? 0) > limitBytes) {
        reject(new AppError('payload_too_large'))
        return
      }
      const { socket } = request
      const failure = failed.get(socket)
      if (failure !== undefined && !request.complete) {
        reject(failure)
        return
      }
      const chunks: Buffer[] = []
      let size = 0
      const stop = () => {
        clearTimeout(timer)
        if (failing.get(socket) === fail) failing.delete(socket)
        request.off('data', onData).off('end', onEnd).off('close', onLeave)
      }
      const fail = (error: AppError) => {
        stop()
        // What still comes is dropped, or the client would not get to see the answer.
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
      const onLeave = () => fail(new AppError('validation_failed', 'the request ended before its body was complete'))
      const timer = setTimeout(
        () => fail(new AppError('request_timeout', `the body did not arrive within ${Math.ceil(timeoutMs / 1000)} s`)),
        timeoutMs,
      )
      failing.set(socket, fail)
      // A connection that breaks reports an error and then closes; without a listener the error would end the process.
      request.on('error', () => undefined)
      request.on('data', onData).once('end', onEnd).once('close', onLeave)
    })
  return {
    read,
    fail: (socket, error) => {
      const fail = failing.get(socket)
      if (fail) fail(error)
      else failed.set(socket, error)
      return fail !== undefined
    },
  }
}
