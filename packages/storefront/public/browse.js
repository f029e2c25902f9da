// Comfort on pages that only show things: a changed filter applies at once, and buttons for readers without scripts disappear.
for (const form of document.querySelectorAll('form[data-submit-on-change]')) {
  for (const button of form.querySelectorAll('[data-hide-with-scripts]')) button.hidden = true
  form.addEventListener('change', () => {
    // Empty fields stay out of the address.
    for (const field of form.elements) if (field.name && field.value === '') field.disabled = true
    form.requestSubmit()
  })
}
