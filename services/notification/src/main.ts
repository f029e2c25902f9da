// Runs notification as a process of its own.
import { run } from '@cartwright/service-kit'
import { notificationService } from './service.ts'

await run(notificationService)
