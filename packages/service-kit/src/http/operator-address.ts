// Client address of the operator whose request is in progress. Audit rows read it here, so that no route can forget it.
import { AsyncLocalStorage } from 'node:async_hooks'

const storage = new AsyncLocalStorage<string>()

/** Runs `work` for an operator at this address; everything that it awaits sees the address. */
export const runForOperator = <T>(clientAddress: string, work: () => T): T => storage.run(clientAddress, work)

/** Undefined outside requests of operators. */
export const operatorAddress = (): string | undefined => storage.getStore()
