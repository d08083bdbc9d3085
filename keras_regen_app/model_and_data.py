"""The former name of `keras_regen_app.model_loading`."""

from keras_regen_app.model_loading import load_model_and_data as load_model_and_data
