// The client address of the operator whose call is under way; audit rows take it from here, so that no route can forget it.
import { AsyncLocalStorage } from 'node:async_hooks'

const storage = new AsyncLocalStorage<string>()

/** Runs `work` for an operator at this address; everything it awaits sees it. */
export const runForOperator = <T>(clientAddress: string, work: () => T): T => storage.run(clientAddress, work)

/** Undefined outside calls of operators. */
export const operatorAddress = (): string | undefined => storage.getStore()
