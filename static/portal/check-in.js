// Reads QR codes with the camera and puts what they hold into the form, which works without this file.
const page = document.querySelector('[data-checkin]')
const form = page.querySelector('[data-code]')
const field = form.querySelector('[name=code]')
const panel = page.querySelector('[data-camera]')
const video = panel.querySelector('video')
const PAUSE_MS = 2500 // the same ticket stays in the picture for a while
const LOOK_MS = 150
const WIDTH = 640 // enough for a code that fills a third of the picture

// Answers of htmx leave the field as it was: empty it for the next guest, and keep the focus for scanners that type.
document.addEventListener('htmx:afterRequest', () => { field.value = ''; field.focus() })

/** Resolves to a function that reads the code in the video, or gives nothing. */
async function makeReader () {
  if ('BarcodeDetector' in window && (await BarcodeDetector.getSupportedFormats()).includes('qr_code')) {
    const detector = new BarcodeDetector({ formats: ['qr_code'] })
    return async () => (await detector.detect(video))[0]?.rawValue
  }
  const { default: jsQR } = await import(page.dataset.reader)
  const canvas = document.createElement('canvas')
  const context = canvas.getContext('2d', { willReadFrequently: true })
  return async () => {
    canvas.width = WIDTH
    canvas.height = Math.round(WIDTH * video.videoHeight / video.videoWidth)
    context.drawImage(video, 0, 0, canvas.width, canvas.height)
    const picture = context.getImageData(0, 0, canvas.width, canvas.height)
    return jsQR(picture.data, picture.width, picture.height)?.data
  }
}

const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms))

async function watch (stream) {
  const read = await makeReader()
  let last = ''
  let until = 0
  while (stream.active) {
    const found = video.videoWidth ? await read() : undefined
    if (found && (found !== last || Date.now() > until)) {
      last = found
      field.value = found
      form.requestSubmit()
    }
    if (found) until = Date.now() + PAUSE_MS
    await wait(LOOK_MS)
  }
}

async function start () {
  try {
    const stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: 'environment' } })
    video.srcObject = stream
    await video.play()
    panel.querySelector('[data-view]').hidden = false
    panel.querySelector('[data-start]').hidden = true
    await watch(stream)
  } catch (error) {
    console.info('camera:', error.name)
    panel.querySelector('[data-view]').hidden = true
    panel.querySelector('[data-problem]').hidden = false
  }
}

if (navigator.mediaDevices?.getUserMedia) {
  panel.hidden = false
  panel.querySelector('[data-start]').addEventListener('click', start)
}
