// What a tool of operators does with the SDK: find the orders to ship, ship them, change a product that another operator may change.
import { type AdminClient, createAdminClient } from '@cartwright/sdk/admin'

// region: operator
export const openAdmin = async (baseUrl: string, email: string, password: string): Promise<AdminClient> => {
  const admin = createAdminClient({ baseUrl })
  await admin.auth.login({ email, password })
  return admin
}

export const shipAll = async (admin: AdminClient, carrier: string, nextTrackingNumber: () => string): Promise<number> => {
  let shipped = 0
  for await (const { id } of admin.orders.list({ status: 'processing' })) {
    await admin.orders.ship(id, { carrier, trackingNumber: nextTrackingNumber() })
    shipped++
  }
  return shipped
}

export const rename = async (admin: AdminClient, productId: string, name: string): Promise<void> => {
  const product = await admin.products.get(productId)
  await admin.products.update(productId, { name }, { ifMatch: product })
}
// endregion
