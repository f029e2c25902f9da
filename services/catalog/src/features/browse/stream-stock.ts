// Stream of a product's stock: what is left of each variant, now and at every change.
import { AppError, catalogApi } from '@cartwright/contracts'
import { clientAddressOf, networkOf } from '@cartwright/service-kit'
import { listAvailability } from '../../db/stock.ts'
import { route } from '../../deps.ts'
import { getPublicProduct } from './routes.ts'

export const streamStock = route(catalogApi.streamStock, async ({ request, fastifyReply, deps }) => {
  const { id } = await getPublicProduct(request.params.idOrSlug, deps)
  const variants = (await listAvailability(deps.db, [id])).get(id)
  if (variants === undefined) throw new AppError('not_found')
  const { method, headers } = request
  const caller = networkOf(clientAddressOf(request))
  deps.stockWatcher.watch(id, variants, deps.eventStreams.open({ request: { method, headers }, fastifyReply, caller }))
})
