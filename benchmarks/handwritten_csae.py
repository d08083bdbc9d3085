"""The networks and the training step of `csae_mnist` in plain PyTorch, for `speed.py`."""

import time

import torch
from torch import nn
from torch.nn import functional as F

_CENTROID_SCALE = 40**0.5
_DETAIL_WEIGHTS = (1.0, 6.0, 10.0)  # rows, columns, diagonals; the coarse image has the weight 1


class Residual(nn.Module):
    """Halves the image: two convolutions and a shortcut of one."""

    def __init__(self, inputs: int, outputs: int):
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, outputs, 3, stride=2, padding=1, bias=False)
        self.norm1 = nn.BatchNorm2d(outputs)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, padding=1, bias=False)
        self.norm2 = nn.BatchNorm2d(outputs)
        self.shortcut = nn.Conv2d(inputs, outputs, 1, stride=2)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        y = self.norm2(self.conv2(F.relu(self.norm1(self.conv1(x)))))
        return F.relu(y + self.shortcut(x))


def upsampling(inputs: int, outputs: int) -> nn.Module:
    """Doubles the image."""
    return nn.Sequential(
        nn.Upsample(scale_factor=2, mode="bilinear"),
        nn.Conv2d(inputs, outputs, 3, padding=1, bias=False),
        nn.BatchNorm2d(outputs),
        nn.ReLU(),
    )


class HandwrittenCSAE(nn.Module):
    """The encoder and the decoder of `csae_mnist`."""

    def __init__(self):
        super().__init__()
        self.encoder = nn.Sequential(
            nn.ZeroPad2d(2),
            nn.Conv2d(1, 32, 3, padding=1, bias=False),
            nn.BatchNorm2d(32),
            nn.ReLU(),
            Residual(32, 64),
            Residual(64, 128),
            Residual(128, 128),
            nn.Flatten(),
            nn.BatchNorm1d(2048, affine=False),
            nn.Linear(2048, 40),
        )
        self.decoder = nn.Sequential(
            nn.Linear(40, 2048),
            nn.Unflatten(1, (128, 4, 4)),
            upsampling(128, 128),
            upsampling(128, 64),
            upsampling(64, 32),
            nn.Conv2d(32, 1, 1),
            nn.ZeroPad2d(-2),
        )

    def loss(self, images: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
        """Returns the loss of images and of the centroids of their classes."""
        latents = self.encoder(images)
        noisy = latents + 0.06 * _CENTROID_SCALE * torch.randn_like(latents)
        difference = (self.decoder(noisy) - images).float()
        loss = F.mse_loss(latents.float(), targets)
        for _ in range(2):
            a, b = difference[..., ::2, ::2], difference[..., ::2, 1::2]
            c, d = difference[..., 1::2, ::2], difference[..., 1::2, 1::2]
            details = (a + b - c - d) / 4, (a - b + c - d) / 4, (a - b - c + d) / 4
            for weight, detail in zip(_DETAIL_WEIGHTS, details, strict=True):
                loss = loss + weight * detail.abs().mean()
            difference = (a + b + c + d) / 4
        return loss + (difference**2).mean()


def seconds_per_epoch(images, labels, centroids, batch_size: int, precision: str, rounds: int):
    """Trains for some epochs, and yields the seconds of each after the first.

    Args:
        images: Array `(num_images, 28, 28, 1)` of floats.
        labels: Integers `(num_images,)`.
        centroids: Array `(10, 40)`.
        batch_size: Images in one step.
        precision: `"float32"`, `"mixed_bfloat16"` or `"mixed_float16"`.
        rounds: Epochs to measure.
    """
    device = "cuda" if torch.cuda.is_available() else "cpu"
    model = HandwrittenCSAE().to(device)
    optimizer = torch.optim.SGD(model.parameters(), 0.1, momentum=0.9, weight_decay=5e-4)
    images = torch.tensor(images).permute(0, 3, 1, 2).contiguous().to(device)
    targets = torch.tensor(centroids)[torch.tensor(labels)].to(device)
    half = precision != "float32"
    dtype = torch.float16 if precision == "mixed_float16" else torch.bfloat16
    scaler = torch.amp.GradScaler(device, enabled=precision == "mixed_float16")
    for index in range(rounds + 1):
        start = time.perf_counter()
        for batch in torch.randperm(len(images), device=device).split(batch_size):
            optimizer.zero_grad()
            with torch.autocast(device, dtype, enabled=half):
                loss = model.loss(images[batch], targets[batch])
            scaler.scale(loss).backward()
            scaler.step(optimizer)
            scaler.update()
        float(loss.detach())  # Waits for the device.
        if index:
            yield time.perf_counter() - start
