// Public API of notification.
export { notificationService } from './service.ts'
