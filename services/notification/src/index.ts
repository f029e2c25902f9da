// The public face of notification.
export { notificationService } from './service.ts'
