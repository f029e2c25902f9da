// Public API of identity: the service, and the command that creates an admin.
export { type CreatedAdmin, createAdmin, type NewAdmin } from './features/create-admin/command.ts'
export { identityService } from './service.ts'
