"""`python -m keras_regen_app`, which does the same as the command `keras-regen`."""

from keras_regen_app.main import main

main(prog_name="keras-regen")
