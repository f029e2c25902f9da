// Comfort on pages that only show things: a changed filter applies at once, buttons for readers without scripts disappear, and the
// stock of a product follows what others buy.
for (const form of document.querySelectorAll('form[data-submit-on-change]')) {
  for (const button of form.querySelectorAll('[data-hide-with-scripts]')) button.hidden = true
  form.addEventListener('change', () => {
    // Empty fields stay out of the address.
    for (const field of form.elements) if (field.name && field.value === '') field.disabled = true
    form.requestSubmit()
  })
}

const showStock = (note, available) => {
  const texts = JSON.parse(note.dataset.texts)
  const looks = JSON.parse(note.dataset.looks)
  const shown = Math.min(available, texts.length - 1)
  note.classList.remove(...looks)
  note.classList.add(looks[shown])
  if (note.textContent !== texts[shown]) note.textContent = texts[shown]
  for (const button of document.querySelectorAll('[data-needs-stock]')) button.disabled = available === 0
}

const followStock = (product) => {
  const source = new EventSource(`/v1/products/${encodeURIComponent(product.dataset.stockOf)}/stock-events`)
  source.addEventListener('stock', ({ data }) => {
    const note = product.querySelector('[data-stock]')
    const variant = JSON.parse(data).variants.find(({ sku }) => sku === note?.dataset.stock)
    if (variant) showStock(note, variant.available)
  })
  return source
}

const product = document.querySelector('[data-stock-of]')
if (product) {
  // A page in the background keeps no connection.
  let source = null
  const follow = () => {
    source?.close()
    source = document.hidden ? null : followStock(product)
  }
  document.addEventListener('visibilitychange', follow)
  follow()
}
